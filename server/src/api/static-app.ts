import { join } from "node:path";
import express, { Router } from "express";

const yearMs = 365 * 24 * 3_600_000;

/**
 * The React app: files with a hash in their name are kept for a year, the page itself is asked for each time.
 * Every path without a file extension gets the page, so that `/call/1000` and `/welcome/TOKEN` may be opened.
 */
export function serveApp(staticDir: string): Router {
  const router = Router();
  router.use(
    "/assets",
    express.static(join(staticDir, "assets"), {
      immutable: true,
      maxAge: yearMs,
      index: false,
      redirect: false,
    }),
  );
  router.use(
    express.static(staticDir, {
      index: false,
      redirect: false,
      setHeaders: (response) => {
        response.setHeader("Cache-Control", "no-cache");
      },
    }),
  );
  router.get(/.*/, (request, response, next) => {
    const isPage = !/^\/(api|assets)(\/|$)/.test(request.path) && !/\.[A-Za-z0-9]+$/.test(request.path);
    if (!isPage) return next();
    response.setHeader("Cache-Control", "no-cache");
    response.sendFile(join(staticDir, "index.html"), { cacheControl: false, dotfiles: "allow" });
    return undefined;
  });
  return router;
}
