# The Ringdown server: API, router, IVR, the web app. The SIP edge, the media server, PostgreSQL and Redis are
# containers of their own in docker-compose.yml; without their variables this image runs the embedded ones (a trial).

FROM node:20.19-bookworm-slim AS build
WORKDIR /app
COPY . .
# Installs from the lock file, compiles the programs and the app.
RUN npm run build
# What only building and testing need stays behind.
RUN npm prune --omit=dev --no-audit --no-fund

FROM node:20.19-bookworm-slim
# A fixed id: the media server writes recordings into the shared volume under the same one.
RUN groupadd --gid 10001 ringdown \
 && useradd --uid 10001 --gid ringdown --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin ringdown \
 && install -d -o ringdown -g ringdown /data
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/server/package.json ./server/
COPY --from=build /app/server/assets ./server/assets
COPY --from=build /app/server/dist ./server/dist
# SQL is read from the sources: the compiler does not copy it.
COPY --from=build /app/server/src/store/migrations ./server/src/store/migrations
COPY --from=build /app/embedded/package.json ./embedded/
COPY --from=build /app/embedded/dist ./embedded/dist
COPY --from=build /app/softphone/package.json ./softphone/
COPY --from=build /app/softphone/dist ./softphone/dist
ENV NODE_ENV=production RINGDOWN_DATA_DIR=/data
USER ringdown
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.RINGDOWN_HTTP_PORT ?? 8080}/readyz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# SIGTERM drains (RINGDOWN_DRAIN_SECONDS); Node gets it directly, without a shell or npm in between.
CMD ["node", "--enable-source-maps", "server/dist/main.js"]
