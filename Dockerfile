# docker build -t redact .
# docker run --rm --network none --user "$(id -u):$(id -g)" -v "$PWD:/footage" redact run cam.mp4
# docker run --rm -it -p 127.0.0.1:8713:8713 --user "$(id -u):$(id -g)" -v "$PWD:/footage" redact review cam.mp4 --no-open
#
# The build needs the Python package registry. The image needs no network at run time.

FROM python:3.12-slim AS build
WORKDIR /source
COPY . .
RUN python -m venv /opt/redact \
    && /opt/redact/bin/pip install --no-cache-dir --require-hashes -r constraints/redact.txt \
    && /opt/redact/bin/pip install --no-cache-dir --no-deps --no-build-isolation . \
    # No display here: OpenCV's headless build needs none of its libraries.
    && /opt/redact/bin/pip uninstall --yes opencv-contrib-python \
    && /opt/redact/bin/pip install --no-cache-dir --force-reinstall --no-deps --require-hashes \
        -r constraints/headless.txt \
    && /opt/redact/bin/redact doctor

FROM python:3.12-slim
COPY --from=build /opt/redact /opt/redact
COPY docker-entrypoint.sh /usr/local/bin/
RUN apt-get update && apt-get install --yes --no-install-recommends socat \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --create-home --uid 1000 redact && mkdir /footage && chown redact /footage
ENV PATH=/opt/redact/bin:$PATH HOME=/tmp REDACT_PORT=8713
USER redact
WORKDIR /footage
EXPOSE 8713
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["--help"]
