import { useForm, type UseFormReturnType } from "@mantine/form";
import type { trunks } from "@ringdown/contract";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { problemsOf } from "./core/trunk-problems.ts";
import { newTrunkValues, valuesOf, type TrunkValues } from "./core/trunk-values.ts";

export type TrunkForm = UseFormReturnType<TrunkValues>;

/** What every part of the page needs. */
export interface TrunkEditing {
  form: TrunkForm;
  /** As it was when the page was opened; null: a new one. */
  trunk: trunks.Trunk | null;
  stored: TrunkValues;
  isChanged: boolean;
  discard(): void;
  /** After saving: nothing is left to keep. */
  forget(): void;
}

/** The form of a trunk; what was typed stays in this tab until it is saved, passwords apart. */
export function useTrunkForm(trunk: trunks.Trunk | null): TrunkEditing {
  const { t } = useTranslation();
  const key = `ringdown.trunk.${trunk?.id ?? "new"}`;
  const [stored] = useState(() => (trunk === null ? newTrunkValues() : valuesOf(trunk)));
  const form = useForm<TrunkValues>({
    initialValues: readDraft(key) ?? stored,
    validate: (values) =>
      Object.fromEntries(
        Object.entries(problemsOf(values, trunk)).map(([field, problem]) => [
          field,
          t(`trunks.problem.${problem}`),
        ]),
      ),
    validateInputOnBlur: true,
  });
  const isChanged = JSON.stringify(form.values) !== JSON.stringify(stored);
  useDraft(key, form.values, isChanged);
  return {
    ...{ form, trunk, stored, isChanged },
    discard: () => {
      form.setValues(structuredClone(stored));
      form.clearErrors();
    },
    forget: () => sessionStorage.removeItem(key),
  };
}

/** Closing the tab asks first; going to another page and coming back finds it all as it was. */
function useDraft(key: string, values: TrunkValues, isChanged: boolean): void {
  useEffect(() => {
    if (isChanged) sessionStorage.setItem(key, JSON.stringify(withoutPasswords(values)));
    else sessionStorage.removeItem(key);
  }, [key, values, isChanged]);
  useEffect(() => {
    if (!isChanged) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [isChanged]);
}

function withoutPasswords(values: TrunkValues): TrunkValues {
  return {
    ...values,
    password: "",
    registration: { ...values.registration, password: "" },
    outbound: { ...values.outbound, password: "" },
  };
}

function readDraft(key: string): TrunkValues | null {
  const text = sessionStorage.getItem(key);
  return text === null ? null : (JSON.parse(text) as TrunkValues);
}
