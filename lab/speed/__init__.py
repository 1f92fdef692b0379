"""What a whole run costs beside a plain transcode."""
