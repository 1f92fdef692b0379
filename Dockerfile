# docker build -t redact .
# docker run --rm --network none --user "$(id -u):$(id -g)" -v "$PWD:/footage" redact run cam.mp4
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
RUN useradd --create-home --uid 1000 redact && mkdir /footage && chown redact /footage
ENV PATH=/opt/redact/bin:$PATH HOME=/tmp
USER redact
WORKDIR /footage
ENTRYPOINT ["redact"]
CMD ["--help"]
