import { queues } from "@ringdown/contract";
import { useTranslation } from "react-i18next";

/** The name of a strategy; one that this version does not know goes by its own word. */
export function useStrategyName(): (strategy: string) => string {
  const { t } = useTranslation();
  return (strategy) => {
    const known = queues.Strategy.safeParse(strategy);
    return known.success ? t(`strategy.${known.data}`) : strategy;
  };
}
