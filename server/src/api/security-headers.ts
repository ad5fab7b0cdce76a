import type { RequestHandler } from "express";
import helmet from "helmet";

/**
 * Headers for every answer. The policy allows what the app does and nothing else: its own scripts and worklets,
 * sound from blobs, connections home (and to `connectSources`, such as a separate SIP edge). Other sites may
 * frame the caller's page, which is meant to be embedded, and no other.
 */
export function setSecurityHeaders(isHttps: boolean, connectSources: readonly string[]): RequestHandler {
  const make = (frameAncestors: string[]) =>
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: ["'self'"],
          scriptSrc: ["'self'"],
          workerSrc: ["'self'", "blob:"],
          styleSrc: ["'self'", "'unsafe-inline'"],
          imgSrc: ["'self'", "data:", "blob:"],
          fontSrc: ["'self'", "data:"],
          mediaSrc: ["'self'", "blob:", "data:"],
          connectSrc: ["'self'", ...connectSources],
          objectSrc: ["'none'"],
          baseUri: ["'self'"],
          formAction: ["'self'"],
          frameAncestors,
        },
      },
      strictTransportSecurity: isHttps,
      crossOriginEmbedderPolicy: false,
      // With plain http on another host than localhost browsers ignore it, and say so in each console.
      crossOriginOpenerPolicy: isHttps,
      originAgentCluster: isHttps,
      xFrameOptions: frameAncestors.includes("'none'") ? { action: "deny" } : false,
      referrerPolicy: { policy: "same-origin" },
    });
  const closed = make(["'none'"]);
  const embeddable = make(["*"]);
  return (request, response, next) => {
    const isCallerPage = /^\/call(\/|$)/.test(request.path);
    response.setHeader("Permissions-Policy", "microphone=(self), speaker-selection=(self), camera=()");
    (isCallerPage ? embeddable : closed)(request, response, next);
  };
}
