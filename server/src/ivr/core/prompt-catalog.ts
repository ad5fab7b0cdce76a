/**
 * Every shipped prompt: its id and what it says in each language. `assets/make-prompts.sh` makes the files from
 * docs/prompts.md's table; a test keeps the files and this list the same.
 */
import type { PromptRef } from "../../contract/flow.ts";
import type { Language } from "../../contract/people.ts";

type Spoken = Record<Language, string>;

const sentences = {
  welcome: { en: "Thank you for calling the Ringdown demo.", zh: "感谢您致电演示中心。" },
  "language-menu": { en: "For English, press 1.", zh: "中文请按2。" },
  "main-menu": {
    en: "For sales, press 1. For support, press 2. To leave a message, press 9.",
    zh: "销售咨询请按1，技术支持请按2，留言请按9。",
  },
  invalid: { en: "Sorry, that is not a valid choice.", zh: "对不起，您的输入有误。" },
  timeout: { en: "Sorry, we did not receive your choice.", zh: "对不起，没有收到您的选择。" },
  goodbye: { en: "Thank you for calling. Goodbye.", zh: "感谢您的来电，再见。" },
  "out-of-hours": {
    en: "Our office is closed now. Please leave a message after the tone.",
    zh: "现在是非工作时间，请在提示音后留言。",
  },
  "recording-announcement": { en: "This call may be recorded.", zh: "本次通话可能会被录音。" },
  "all-agents-busy": {
    en: "All our agents are busy. Please hold the line.",
    zh: "座席正忙，请稍候。",
  },
  "position-intro": { en: "You are number", zh: "您现在排在第" },
  "position-outro": { en: "in the queue.", zh: "位。" },
  "position-next": { en: "You are next in the queue.", zh: "下一位就是您。" },
  "position-over-99": {
    en: "There are more than 99 callers before you.",
    zh: "您前面还有超过99位来电者。",
  },
  "wait-intro": { en: "The estimated wait is about", zh: "预计等待时间约" },
  "wait-minute": { en: "minute.", zh: "分钟。" },
  "wait-minutes": { en: "minutes.", zh: "分钟。" },
  "wait-short": { en: "The estimated wait is less than a minute.", zh: "预计等待时间不到一分钟。" },
  "wait-long": { en: "The estimated wait is more than an hour.", zh: "预计等待时间超过一小时。" },
  "voicemail-offer": {
    en: "To leave a message instead, press 1.",
    zh: "如需留言，请按1。",
  },
  "voicemail-greeting": {
    en: "Please leave your message after the tone. Press the pound key when you are done.",
    zh: "请在提示音后留言，结束请按井号键。",
  },
  "voicemail-saved": { en: "Your message has been saved.", zh: "您的留言已保存。" },
  "technical-problem": {
    en: "We are sorry, we have a technical problem. Please call again later.",
    zh: "很抱歉，系统出现故障，请稍后再拨。",
  },
  "agent-lost": {
    en: "We lost the connection with the agent. We will connect you to the next one.",
    zh: "与座席的连接已中断，我们将为您转接下一位座席。",
  },
  connecting: { en: "We are connecting you now.", zh: "正在为您接通。" },
  transfer: { en: "Please hold while we transfer your call.", zh: "正在为您转接，请稍候。" },
  /** 2 before a measure word: 两分钟, never 二分钟. The English file says the same as number-2. */
  "number-2-measure": { en: "two", zh: "两" },
} as const satisfies Record<string, Spoken>;

export type SentenceId = keyof typeof sentences;
export type ShippedPromptId = SentenceId | `number-${number}`;

/** The largest number that is shipped as one utterance. */
export const largestSpokenNumber = 99;

const units = "zero one two three four five six seven eight nine ten eleven twelve thirteen".split(" ");
units.push("fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen");
const tens = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
const chineseDigits = "零一二三四五六七八九".split("");

function englishNumber(n: number): string {
  const unit = units[n];
  if (unit !== undefined) return unit;
  const ten = tens[Math.floor(n / 10)] ?? "";
  return n % 10 === 0 ? ten : `${ten} ${units[n % 10] ?? ""}`;
}

function chineseNumber(n: number): string {
  if (n < 10) return chineseDigits[n] ?? "";
  const ten = n < 20 ? "" : (chineseDigits[Math.floor(n / 10)] ?? "");
  return `${ten}十${n % 10 === 0 ? "" : (chineseDigits[n % 10] ?? "")}`;
}

const numbers = Array.from({ length: largestSpokenNumber + 1 }, (_, n) => {
  const spoken: Spoken = { en: englishNumber(n), zh: chineseNumber(n) };
  return [`number-${n}`, spoken] as const;
});

/** What each shipped prompt says, by id; every id exists in every language. */
export const shippedPrompts: ReadonlyMap<string, Readonly<Spoken>> = new Map<string, Spoken>([
  ...Object.entries(sentences),
  ...numbers,
]);

/** A reference to a shipped prompt; the type refuses an id that is not shipped. */
export function shipped(prompt: ShippedPromptId, language?: Language): PromptRef {
  return language === undefined ? { prompt } : { prompt, language };
}
