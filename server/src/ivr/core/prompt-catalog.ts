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
  "callback-offer": {
    en: "To be called back without losing your place, press",
    zh: "如需我们回电并保留您的排队位置，请按",
  },
  "callback-number": { en: "We will call you back on this number.", zh: "我们将回拨以下号码。" },
  "callback-confirm": {
    en: "To confirm, press 1. To enter another number, press 2. To keep waiting, press star.",
    zh: "确认请按1，输入其他号码请按2，继续等待请按星号键。",
  },
  "callback-enter": {
    en: "Please enter the telephone number with its area code, and press the pound key. To keep waiting, press star.",
    zh: "请输入含区号的电话号码，按井号键结束。继续等待请按星号键。",
  },
  "callback-wrong": { en: "Sorry, we can't call this number.", zh: "对不起，我们无法回拨这个号码。" },
  "callback-goodbye": {
    en: "We will call you back. You keep your place in the queue. Goodbye.",
    zh: "我们会给您回电，您的排队位置将为您保留，再见。",
  },
  "callback-exists": {
    en: "We are going to call you back already, as you asked. To cancel that, press 2. To keep waiting here as well, press star. Otherwise, you can hang up now.",
    zh: "您已请求过回电，我们会尽快回电。取消回电请按2，继续等待请按星号键，否则您可以挂机。",
  },
  "callback-cancelled": { en: "Your call back is cancelled.", zh: "您的回电请求已取消。" },
  "callback-waiting": { en: "You keep your place in the queue.", zh: "您的排队位置不变，请稍候。" },
  "callback-greeting": {
    en: "This is the call back that you asked for. We are connecting you now.",
    zh: "这是您请求的回电，正在为您接通。",
  },
  "callback-sorry": {
    en: "We are sorry, nobody is free after all. We will call you again.",
    zh: "很抱歉，暂时没有空闲座席，我们会再次给您回电。",
  },
  "key-star": { en: "star", zh: "星号键。" },
  "key-pound": { en: "pound", zh: "井号键。" },
  "emergency-closed": {
    en: "We are closed at the moment. Please call again later.",
    zh: "我们目前暂停服务，请稍后再拨。",
  },
  "emergency-evacuation": {
    en: "Our building is being evacuated, and we cannot take your call now. Please call again later.",
    zh: "我们正在紧急疏散，暂时无法接听您的来电，请稍后再拨。",
  },
  "emergency-weather": {
    en: "Because of severe weather, our office is closed today. Please call again later.",
    zh: "因恶劣天气，我们今天暂停服务，请稍后再拨。",
  },
  "emergency-system": {
    en: "We have a problem with our systems at the moment and may not be able to help you as usual. Thank you for your patience.",
    zh: "我们的系统目前出现故障，部分业务可能无法办理，感谢您的耐心。",
  },
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
