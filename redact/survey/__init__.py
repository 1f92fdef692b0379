"""Where in a video something is: a first look at hours of footage, which decodes little of it."""

from .survey import Kind, Span, Survey, survey
