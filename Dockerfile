# Plain Dockerfile syntax: the classic builder and BuildKit both read it.
ARG BASE=python:3.11-slim-bookworm

FROM ${BASE} AS build
# Where pip looks is the builder's business: pass these with --build-arg where the default index can't be reached.
ARG PIP_INDEX_URL
ARG PIP_EXTRA_INDEX_URL
ARG PIP_TRUSTED_HOST
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /src
# The pinned dependencies first: this layer is made again only when a lock changes.
COPY requirements/ requirements/
RUN python -m venv --without-pip /opt/build \
 && pip --python /opt/build/bin/python install --require-hashes --only-binary :all: -r requirements/build.lock \
 && python -m venv --without-pip /opt/copydesk \
 && pip --python /opt/copydesk/bin/python install --require-hashes --only-binary :all: -r requirements/runtime.lock
COPY pyproject.toml README.md LICENSE ./
COPY config/ config/
COPY worker/ worker/
RUN /opt/build/bin/hatchling build -t wheel -d /tmp/wheel \
 && pip --python /opt/copydesk/bin/python install --no-index --no-deps /tmp/wheel/*.whl

FROM ${BASE}
RUN groupadd --gid 1000 copydesk \
 && useradd --uid 1000 --gid 1000 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin copydesk \
 && install -d -o copydesk -g copydesk /inbox /out && install -d -o copydesk -g copydesk -m 0700 /state
COPY --from=build /opt/copydesk /opt/copydesk
ENV PATH=/opt/copydesk/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER copydesk
WORKDIR /
STOPSIGNAL SIGTERM
# Each service of docker-compose.yml names its role as well: `copydesk health sink`.
HEALTHCHECK --interval=15s --timeout=10s --start-period=20s --retries=3 CMD ["copydesk", "health"]
ENTRYPOINT ["copydesk"]
CMD ["--help"]
