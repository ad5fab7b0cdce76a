# The Ringdown server: API, router, IVR, the web app. The SIP edge, the media server, PostgreSQL and Redis are
# containers of their own in docker-compose.yml; without their variables this image runs the embedded ones (a trial).

FROM node:20.19.5-bookworm-slim AS build
WORKDIR /app
# What decides about packages comes first: they are installed again only when it changes.
COPY package.json package-lock.json ./
COPY server/package.json ./server/
COPY embedded/package.json ./embedded/
COPY softphone/package.json ./softphone/
COPY scripts ./scripts
RUN node -e 'import("./scripts/prepare.mjs").then(({ install }) => install())'
COPY . .
# Compiles the programs and the app.
RUN npm run build
# Again, without what only building and testing need, and what the app is made of: the browser gets it from its bundle.
RUN npm ci --omit=dev --workspace server --workspace embedded --prefer-offline --no-audit --no-fund \
 && node -e 'import("./scripts/prepare.mjs").then(({ install }) => install())'

FROM node:20.19.5-bookworm-slim
# A fixed id: the media server writes recordings into the shared volume under the same one.
RUN groupadd --gid 10001 ringdown \
 && useradd --uid 10001 --gid ringdown --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin ringdown \
 && install -d -o ringdown -g ringdown /data \
 # It is run by node alone: without a package manager there is less to keep up to date.
 && rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack \
 /usr/local/bin/yarn* /opt/yarn-*
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
# By number: Kubernetes must see that it is not root.
USER 10001:10001
VOLUME /data
EXPOSE 8080
# Ready, not merely alive: `docker compose ps` and `up --wait` tell when calls can be taken.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.RINGDOWN_HTTP_PORT ?? 8080}/readyz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# SIGTERM drains (RINGDOWN_DRAIN_SECONDS); Node gets it directly, without a shell or npm in between.
CMD ["node", "--enable-source-maps", "server/dist/main.js"]
