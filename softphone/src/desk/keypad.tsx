import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useShortcuts } from "../shared/shortcuts.tsx";
import { useDeskActions } from "./desk-actions.ts";
import classes from "./desk.module.css";

const digits = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];

/** Tones for the other side; the keyboard's digits work too while it is open. */
export function Keypad() {
  const { t } = useTranslation();
  const actions = useDeskActions();
  const [sent, setSent] = useState("");
  const keys = useMemo(() => {
    const press = (digit: string) => () => {
      actions.sendDigit(digit);
      setSent((before) => `${before}${digit}`.slice(-24));
    };
    return Object.fromEntries(digits.map((digit) => [digit, press(digit)]));
  }, [actions]);
  useShortcuts(keys);
  return (
    <div>
      <div className={classes["keypad"]} role="group" aria-label={t("call.keypad")}>
        {digits.map((digit) => (
          <button key={digit} type="button" className={classes["key"]} onClick={keys[digit]}>
            {digit}
          </button>
        ))}
      </div>
      <output className={`${classes["caption"]} rd-num`} aria-label={t("call.sentDigits")}>
        {sent}
      </output>
    </div>
  );
}
