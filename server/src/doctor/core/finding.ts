/** What one check found. `saw` and `advice` are whole sentences without the full stop. */
export interface Finding {
  /** "redis: what survives a restart". */
  name: string;
  outcome: Outcome;
  saw: string;
  /** What to do; null when there is nothing to be done. */
  advice: string | null;
}

export type Outcome = "ok" | "warning" | "problem" | "not applicable";

export const ok = (name: string, saw: string): Finding => ({ name, outcome: "ok", saw, advice: null });
export const warning = (name: string, saw: string, advice: string): Finding => ({
  ...{ name, outcome: "warning", saw, advice },
});
export const problem = (name: string, saw: string, advice: string): Finding => ({
  ...{ name, outcome: "problem", saw, advice },
});
export const notApplicable = (name: string, saw: string): Finding => ({
  ...{ name, outcome: "not applicable", saw, advice: null },
});

const ranks: readonly Outcome[] = ["not applicable", "ok", "warning", "problem"];

export function worstOf(findings: readonly Finding[]): Outcome {
  return findings.reduce<Outcome>(
    (worst, { outcome }) => (ranks.indexOf(outcome) > ranks.indexOf(worst) ? outcome : worst),
    "not applicable",
  );
}

/** A secret that got into a sentence (a driver's error) does not leave it. */
export function hideSecrets(finding: Finding, secrets: readonly string[]): Finding {
  const hide = (text: string) =>
    secrets
      .filter((secret) => secret.length >= 4)
      .reduce((said, secret) => said.replaceAll(secret, "[secret]"), text);
  return {
    ...finding,
    saw: hide(finding.saw),
    advice: finding.advice === null ? null : hide(finding.advice),
  };
}
