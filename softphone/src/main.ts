/** The caller page is for anyone with a phone in their hand: it loads none of the staff app. */
if (window.location.pathname.startsWith("/call/")) {
  void import("./caller/caller-main.tsx").then((page) => page.start());
} else {
  void import("./staff-main.tsx").then((app) => app.start());
}
