# Build and run; the service keeps nothing, so nothing in the image is writable:
#
#   docker build --tag standing .
#   docker run --rm --publish 8000:8000 --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges \
#     --cpus 2 --memory 2g standing
#
# Rule files of your own: --mount type=bind,source="$PWD/rules",target=/rules,readonly --env STANDING_RULES=/rules

FROM python:3.12-slim AS builder

# durable_rules comes as C sources only.
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install --yes --no-install-recommends gcc libc6-dev \
 && rm -rf /var/lib/apt/lists/*

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1

WORKDIR /source
COPY pyproject.toml requirements.lock ./

# The tools that build, in an environment that stays behind; the one slow wheel, kept while the lock is the same.
RUN python -m venv /tools \
 && /tools/bin/pip install --constraint requirements.lock hatchling setuptools \
 && /tools/bin/pip wheel --constraint requirements.lock --no-build-isolation --no-deps --wheel-dir /wheels durable-rules

COPY README.md openapi.yaml ./
COPY rules rules
COPY service service

# Exact versions, as wheels only, into an environment without pip at the path it will have in the end.
RUN /tools/bin/pip wheel --no-build-isolation --no-deps --wheel-dir /wheels . \
 && python -m venv --without-pip /opt/standing \
 && /tools/bin/pip --python /opt/standing/bin/python install --constraint requirements.lock --only-binary :all: \
      --find-links /wheels /wheels/standing-*.whl \
 && /opt/standing/bin/standing rules check


FROM python:3.12-slim

LABEL org.opencontainers.image.title="standing" \
      org.opencontainers.image.description="Where each marketplace seller stands, why, and what to do next."

ENV PATH=/opt/standing/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONFAULTHANDLER=1 \
    PYTHONUNBUFFERED=1

COPY --from=builder /opt/standing /opt/standing

# A number, so that an orchestrator can see that it is not root; it owns no file here.
USER 10001:10001
WORKDIR /opt/standing

EXPOSE 8000

# Ready: valid rules are loaded and the engine has passed its self-test; 503 until then.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["python", "-I", "-c", "import http.client as h, sys; c = h.HTTPConnection('127.0.0.1', 8000, timeout=4); c.request('GET', '/readyz'); sys.exit(c.getresponse().status != 200)"]

# One worker for each CPU of the container's cgroup (--cpus, or the CPU limit of a pod), since a worker keeps one busy.
# Nothing counts them for you: a container sees every core of its host, whatever its share. For four:
#   docker run … --cpus 4 standing standing serve --host 0.0.0.0 --workers 4
CMD ["standing", "serve", "--host", "0.0.0.0", "--port", "8000", "--workers", "2"]
