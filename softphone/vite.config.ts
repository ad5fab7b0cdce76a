import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const httpPort = process.env["RINGDOWN_HTTP_PORT"] ?? "8080";
const server = `http://127.0.0.1:${httpPort}`;

export default defineConfig({
  plugins: [react()],
  resolve: {
    alias: {
      "@ringdown/contract": new URL("../server/src/contract/contract.ts", import.meta.url).pathname,
    },
  },
  build: { target: "es2022", sourcemap: true, chunkSizeWarningLimit: 1_300 },
  server: {
    proxy: {
      "/api": { target: server, ws: true },
      "/sip": { target: server.replace("http", "ws"), ws: true },
    },
  },
});
