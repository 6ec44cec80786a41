# syntax=docker/dockerfile:1
# One image for web, worker, beat and migrate. Debian based: the libraries have no wheels for other C libraries.

FROM node:24-slim AS node

FROM python:3.13-slim AS libraries
COPY requirements/everyday.lock /tmp/everyday.lock
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --no-deps --require-hashes --only-binary :all: -r /tmp/everyday.lock

# The style sheet, script and typeface are built here and copied on; the finished image holds no Node.
FROM python:3.13-slim AS assets
COPY --from=node /usr/local/bin/node /usr/local/bin/node
COPY --from=node /usr/local/lib/node_modules /usr/local/lib/node_modules
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
WORKDIR /app
COPY LICENSE ./
COPY launch ./launch
COPY requirements ./requirements
COPY assets ./assets
COPY webapp ./webapp
RUN python -m launch.assets --deploy

FROM python:3.13-slim
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin gatehouse \
    && install --directory --owner gatehouse --group gatehouse --mode 0700 /mail
COPY --from=libraries /opt/venv /opt/venv
WORKDIR /app
COPY LICENSE ./
COPY launch ./launch
COPY workflows ./workflows
COPY webapp ./webapp
COPY workers ./workers
COPY migrations ./migrations
COPY --from=assets /app/webapp/static/dist ./webapp/static/dist
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONPATH=/app \
    PYTHONUNBUFFERED=1
RUN python -m compileall -q /app
USER gatehouse
EXPOSE 8000
CMD ["gunicorn", "webapp:create_app()", "--bind", "0.0.0.0:8000", "--workers", "2", "--worker-class", "gthread", "--threads", "8", "--no-control-socket", "--worker-tmp-dir", "/dev/shm"]
