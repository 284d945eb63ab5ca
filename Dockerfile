# One image for every process: `mailer worker`, `mailer web`, `mailer ...`.
FROM python:3.13-slim-bookworm AS build
COPY . /src
RUN python -m venv /opt/mailer
RUN /opt/mailer/bin/pip install --no-cache-dir --constraint /src/constraints.txt "/src[s3]"

FROM python:3.13-slim-bookworm
RUN useradd --uid 10001 --create-home --home-dir /letter mailer
COPY --from=build /opt/mailer /opt/mailer
ENV PATH=/opt/mailer/bin:$PATH MAILER_WORKSPACE=/letter
USER mailer
WORKDIR /letter
VOLUME /letter
EXPOSE 8080
ENTRYPOINT ["mailer"]
CMD ["web", "--host", "0.0.0.0"]
