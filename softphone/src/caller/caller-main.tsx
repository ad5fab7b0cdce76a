import "../theme/tokens.css";
import { createRoot } from "react-dom/client";
import { startI18n } from "../i18n/i18n.ts";
import { CallerPage } from "./caller-page.tsx";

/** The page for anyone who calls from a browser: `/call/<number>`, `?embed=1` inside another page. */
export async function start(): Promise<void> {
  followColorScheme();
  await startI18n();
  const root = document.getElementById("root");
  if (root === null) throw new Error("index.html has no #root");
  const number = decodeURIComponent(window.location.pathname.split("/")[2] ?? "");
  const isEmbedded = new URLSearchParams(window.location.search).has("embed");
  createRoot(root).render(<CallerPage number={number} isEmbedded={isEmbedded} />);
}

/** The tokens' attribute, which Mantine sets in the staff app. */
function followColorScheme(): void {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    document.documentElement.dataset["mantineColorScheme"] = dark.matches ? "dark" : "light";
  };
  apply();
  dark.addEventListener("change", apply);
}
