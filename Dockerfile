# The image of Dutyline: one command, `dutyline`, whose argument says what it does.

FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src

# First what changes least: the locked dependencies, as wheels only, so that no compiler is needed.
COPY requirements/base.txt requirements/build.txt requirements/
RUN python -m venv --without-pip /opt/dutyline \
 && python -m pip --python /opt/dutyline/bin/python install --require-hashes --only-binary :all: -r requirements/base.txt \
 && python -m pip install --require-hashes --only-binary :all: -r requirements/build.txt

COPY . .
RUN python -m pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
 && python -m pip --python /opt/dutyline/bin/python install --no-deps --no-index /wheels/*.whl


FROM python:3.11-slim-bookworm
ENV PATH=/opt/dutyline/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DUTYLINE_DATA_DIR=/var/lib/dutyline \
    DUTYLINE_WEB_PORT=6066

# Nothing is installed at run time, so the image's own installers go.
RUN python -m pip uninstall --yes --root-user-action ignore setuptools wheel pip \
 && groupadd --gid 10001 dutyline \
 && useradd --uid 10001 --gid dutyline --no-create-home --home-dir /var/lib/dutyline --shell /usr/sbin/nologin dutyline \
 && install --directory --owner dutyline --group dutyline /var/lib/dutyline

COPY --from=build /opt/dutyline /opt/dutyline

# The root file system may be read-only: only this folder and /tmp are written to.
WORKDIR /var/lib/dutyline
USER 10001:10001
EXPOSE 6066

# Of a worker; for other commands turn it off (docker run --no-healthcheck).
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["python", "-c", "import os, urllib.request as web; web.urlopen('http://127.0.0.1:' + os.environ['DUTYLINE_WEB_PORT'] + '/livez', timeout=4)"]

ENTRYPOINT ["dutyline"]
CMD ["worker"]
