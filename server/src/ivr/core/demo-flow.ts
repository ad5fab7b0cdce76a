/** The flow that a first start offers: greet, language, two queues, voicemail by key 9 and out of hours. */
import type { Flow } from "../../contract/flow.ts";
import { shipped } from "./prompt-catalog.ts";

/** `salesQueueId` takes key 1 and every message left, `supportQueueId` key 2; the office is always open at first. */
export function demoFlow(queues: { salesQueueId: string; supportQueueId: string; timezone?: string }): Flow {
  return {
    version: 1,
    language: "en",
    start: "office-hours",
    fallback: "leave-message",
    nodes: {
      "office-hours": {
        kind: "hours",
        label: "Office hours",
        timezone: queues.timezone ?? "UTC",
        weekly: [{ days: [1, 2, 3, 4, 5, 6, 7], from: "00:00", to: "24:00" }],
        holidays: [],
        open: "greeting",
        closed: "closed",
      },
      greeting: {
        kind: "play",
        label: "Greeting",
        prompts: [shipped("welcome", "en"), shipped("welcome", "zh")],
        interruptible: true,
        next: "language-menu",
      },
      "language-menu": {
        kind: "menu",
        label: "Language",
        prompts: [shipped("language-menu", "en"), shipped("language-menu", "zh")],
        options: [
          { digit: "1", next: "english" },
          { digit: "2", next: "mandarin" },
        ],
        invalidPrompts: [shipped("invalid")],
        timeoutPrompts: [],
        retries: 1,
        digitTimeoutMs: 5_000,
        onFailure: "english",
      },
      english: { kind: "language", language: "en", next: "main-menu" },
      mandarin: { kind: "language", language: "zh", next: "main-menu" },
      "main-menu": {
        kind: "menu",
        label: "Main menu",
        prompts: [shipped("main-menu")],
        options: [
          { digit: "1", next: "sales" },
          { digit: "2", next: "support" },
          { digit: "9", next: "leave-message" },
        ],
        invalidPrompts: [shipped("invalid")],
        timeoutPrompts: [shipped("timeout")],
        retries: 2,
        digitTimeoutMs: 6_000,
        onFailure: "goodbye",
      },
      sales: {
        kind: "queue",
        label: "Sales",
        queueId: queues.salesQueueId,
        priority: 0,
        exits: {},
        next: "leave-message",
      },
      support: {
        kind: "queue",
        label: "Support",
        queueId: queues.supportQueueId,
        priority: 0,
        exits: {},
        next: "leave-support-message",
      },
      closed: {
        kind: "voicemail",
        label: "Closed",
        queueId: queues.salesQueueId,
        greeting: [shipped("out-of-hours", "en"), shipped("out-of-hours", "zh")],
        maxSeconds: 120,
        silenceSeconds: 5,
        next: "after-message",
      },
      "leave-message": {
        kind: "voicemail",
        label: "Message for Sales",
        queueId: queues.salesQueueId,
        greeting: [shipped("voicemail-greeting")],
        maxSeconds: 120,
        silenceSeconds: 5,
        next: "after-message",
      },
      "leave-support-message": {
        kind: "voicemail",
        label: "Message for Support",
        queueId: queues.supportQueueId,
        greeting: [shipped("voicemail-greeting")],
        maxSeconds: 120,
        silenceSeconds: 5,
        next: "after-message",
      },
      // Whoever records the message says that it is saved: only there is it known.
      "after-message": { kind: "hangup", label: "After a message", prompts: [shipped("goodbye")] },
      goodbye: { kind: "hangup", label: "Goodbye", prompts: [shipped("goodbye")] },
    },
  };
}
