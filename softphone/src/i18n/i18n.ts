import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import type english from "./en.json";

export type AppLanguage = "en" | "zh";

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "translation";
    resources: { translation: typeof english };
  }
}

const storageKey = "ringdown.language";
const load = { en: () => import("./en.json"), zh: () => import("./zh.json") };

/** Chosen before, or the browser's. */
function preferred(): AppLanguage {
  const stored = localStorage.getItem(storageKey) ?? navigator.language;
  return stored.toLowerCase().startsWith("zh") ? "zh" : "en";
}

/** Loads the catalogue of the person's language; resolves when `t` works. */
export async function startI18n(): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: "en",
    resources: {},
    fallbackLng: false,
    interpolation: { escapeValue: false },
    react: { useSuspense: false },
  });
  await changeLanguage(preferred());
}

export async function changeLanguage(language: AppLanguage): Promise<void> {
  const catalogue = await load[language]();
  i18next.addResourceBundle(language, "translation", catalogue.default, true, true);
  await i18next.changeLanguage(language);
  localStorage.setItem(storageKey, language);
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
}
