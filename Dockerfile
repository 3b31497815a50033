# Gatehouse: web, worker and command line in one image (docs/operating.md, "Ship it").
#
#   docker build -t gatehouse:0.1.0 .
#   docker build -t gatehouse:0.1.0-embedded --build-arg EMBEDDED=yes .   with PostgreSQL inside, for one server alone

ARG NODE=24.19.0-bookworm-slim

FROM node:${NODE} AS build
ARG EMBEDDED=no
WORKDIR /app
COPY package.json package-lock.json .npmrc prisma.config.ts ./
COPY prisma prisma
# The optional dependencies are Node.js itself, which is here, and the embedded database. What is installed makes the
# database's client as well (postinstall), and is then rid of what was needed for that alone.
RUN if [ "$EMBEDDED" = yes ]; then npm ci --omit=dev && rm -rf node_modules/node-linux-*; else npm ci --omit=dev --omit=optional; fi
COPY deploy/image deploy/image
RUN node deploy/image/trim.ts && rm -rf deploy/image/trim.ts prisma.config.ts prisma/generate.js
COPY src src
COPY views views
# As the user who will read it: the cache knows its owner by name.
RUN mkdir data && chown node data
USER node
RUN node deploy/image/fill-cache.ts
USER root
RUN rm -rf deploy && chown -R root:root data && chmod -R a+rX .

FROM node:${NODE}
# Nothing is installed here any more.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /opt/yarn*
COPY --from=build /app /app
# /data is for the embedded database alone, where there is one: a volume that is mounted there belongs to its user.
RUN ln -s /app/src/cli/main.ts /usr/local/bin/gatehouse && install -d -o node -g node -m 700 /data
WORKDIR /app
ENV NODE_ENV=production DATA_DIR=/app/data
# The user "node", by number: Kubernetes knows from that alone that it is not root. It may write nothing.
USER 1000:1000
EXPOSE 3000
HEALTHCHECK --interval=5s --timeout=3s --start-period=60s --retries=2 \
  CMD ["node", "-e", "require('node:http').get({port:process.env.PORT||3000,path:'/health/ready'},(r)=>process.exit(r.statusCode===200?0:1)).on('error',()=>process.exit(1))"]
ENTRYPOINT ["node", "src/start.js"]
