import { caller } from "@ringdown/contract";
import { useEffect, useMemo, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { call } from "../api/client.ts";
import { Refusal } from "../api/failure.ts";
import { changeLanguage } from "../i18n/i18n.ts";
import classes from "./caller.module.css";
import { CallPanel } from "./call-panel.tsx";
import { WebCall } from "./web-call.ts";

type Number =
  | { kind: "asking" }
  | { kind: "open"; label: string }
  | { kind: "closed" }
  | { kind: "unreachable"; retry: () => void };

/** One button that calls; everything told in words. */
export function CallerPage(props: { number: string; isEmbedded: boolean }) {
  const number = useNumber(props.number);
  const webCall = useMemo(() => new WebCall(props.number), [props.number]);
  useHangUpOnLeaving(webCall);
  return (
    <div className={classes["page"]} data-embedded={props.isEmbedded || undefined}>
      {!props.isEmbedded && <Head />}
      <main className={classes["card"]}>
        <Content number={number} dialed={props.number} webCall={webCall} />
      </main>
      {props.isEmbedded && <Languages />}
    </div>
  );
}

function Content(props: { number: Number; dialed: string; webCall: WebCall }) {
  const { t } = useTranslation();
  const { number } = props;
  switch (number.kind) {
    case "asking":
      return <p className={classes["words"]}>{t("common.loading")}</p>;
    case "closed":
      return <Words title={t("webCall.closedTitle")}>{t("webCall.closed", { number: props.dialed })}</Words>;
    case "unreachable":
      return (
        <Words title={t("refusal.network.title")}>
          <button type="button" className={classes["plain"]} onClick={number.retry}>
            {t("common.retry")}
          </button>
        </Words>
      );
    case "open":
      return <CallPanel label={number.label} number={props.dialed} webCall={props.webCall} />;
  }
}

function Words(props: { title: string; children: ReactNode }) {
  return (
    <>
      <h1 className={classes["title"]}>{props.title}</h1>
      <p className={classes["words"]}>{props.children}</p>
    </>
  );
}

function Head() {
  return (
    <header className={classes["head"]}>
      <span className={classes["brand"]}>
        <img src="/favicon.svg" width={22} height={22} alt="" />
        Ringdown
      </span>
      <Languages />
    </header>
  );
}

function Languages() {
  const { i18n } = useTranslation();
  return (
    <span className={classes["languages"]}>
      {(["en", "zh"] as const).map((code) => (
        <button
          key={code}
          type="button"
          lang={code === "zh" ? "zh-CN" : "en"}
          aria-pressed={i18n.language === code}
          onClick={() => void changeLanguage(code)}
        >
          {code === "en" ? "English" : "中文"}
        </button>
      ))}
    </span>
  );
}

function useNumber(dialed: string): Number {
  const [number, setNumber] = useState<Number>({ kind: "asking" });
  useEffect(() => {
    const ask = () => {
      setNumber({ kind: "asking" });
      call(caller.readWebNumber, { params: { number: dialed } }).then(
        (found) => {
          document.title = found.label === "" ? found.number : found.label;
          setNumber({ kind: "open", label: found.label });
        },
        (error: unknown) => {
          const isClosed =
            error instanceof Refusal && (error.code === "not-found" || error.code === "bad-request");
          setNumber(isClosed ? { kind: "closed" } : { kind: "unreachable", retry: ask });
        },
      );
    };
    ask();
  }, [dialed]);
  return number;
}

/** A closed page can't talk: say goodbye instead of leaving the other side with a dead line. */
function useHangUpOnLeaving(webCall: WebCall): void {
  useEffect(() => {
    const leave = () => void webCall.hangUp();
    window.addEventListener("pagehide", leave);
    return () => window.removeEventListener("pagehide", leave);
  }, [webCall]);
}
