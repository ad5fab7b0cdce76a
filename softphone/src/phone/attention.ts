const flashEveryMs = 900;

/** What draws the eye while it rings: the title flashes, and a notification if the page isn't in front. */
export class Attention {
  #title: string | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;
  #notification: Notification | null = null;

  start(text: { title: string; body: string }): void {
    this.stop();
    this.#title = document.title;
    let isShown = false;
    const flash = () => {
      isShown = !isShown;
      document.title = isShown ? `☎ ${text.title}` : (this.#title ?? "Ringdown");
    };
    flash();
    this.#timer = setInterval(flash, flashEveryMs);
    if (!document.hasFocus()) this.#notify(text);
  }

  stop(): void {
    clearInterval(this.#timer);
    if (this.#title !== null) document.title = this.#title;
    this.#title = null;
    this.#notification?.close();
    this.#notification = null;
  }

  #notify(text: { title: string; body: string }): void {
    if (typeof Notification === "undefined" || Notification.permission !== "granted") return;
    const notification = new Notification(text.title, { body: text.body, tag: "ringdown-offer" });
    notification.onclick = () => {
      window.focus();
      notification.close();
    };
    this.#notification = notification;
  }
}

/** Asks, from a gesture, whether calls may be announced outside the page; only if it was never asked. */
export async function askForNotifications(): Promise<void> {
  if (typeof Notification === "undefined" || Notification.permission !== "default") return;
  await Notification.requestPermission();
}
