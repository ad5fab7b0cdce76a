import { Alert, Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useMutation, type UseMutationResult } from "@tanstack/react-query";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { Refusal } from "../api/failure.ts";

/** What went wrong, for people: a title by kind, and the server's sentence where it has one. */
export function useRefusalText(): (error: unknown) => { title: string; sentence: string } {
  const { t } = useTranslation();
  return useCallback(
    (error: unknown) => {
      const refusal = error instanceof Refusal ? error : new Refusal("unexpected", String(error));
      const title = t(`refusal.${refusal.code}.title`);
      const isOurs =
        refusal.code === "network" || refusal.code === "unexpected" || refusal.code === "internal";
      if (isOurs) return { title, sentence: t(`refusal.${refusal.code}.sentence`) };
      // The server's own sentence names the fields by their paths; people see which ones on the screen.
      const problems = refusal.fields.map((field) => field.message).join("; ");
      return { title, sentence: problems === "" ? refusal.message : problems };
    },
    [t],
  );
}

/** Shows a refusal in the corner, for actions that have no form to show it in. */
export function useShowRefusal(): (error: unknown) => void {
  const text = useRefusalText();
  return useCallback(
    (error: unknown) => {
      const { title, sentence } = text(error);
      notifications.show({ title, message: sentence, color: "red", autoClose: 8_000 });
    },
    [text],
  );
}

/** An action on the server; a refusal is shown unless the caller takes it over with `onRefused`. */
export function useAction<Input, Result>(
  run: (input: Input) => Promise<Result>,
  options: { onDone?: (result: Result) => void; onRefused?: (error: unknown) => void } = {},
): UseMutationResult<Result, Error, Input> {
  const show = useShowRefusal();
  return useMutation({
    mutationFn: run,
    onSuccess: (result) => options.onDone?.(result),
    onError: (error) => (options.onRefused ?? show)(error),
  });
}

/** A refusal in place, with a way to try again. */
export function RefusalAlert(props: { error: unknown; onRetry?: () => void }) {
  const { t } = useTranslation();
  const { title, sentence } = useRefusalText()(props.error);
  return (
    <Alert color="red" variant="light" icon={<IconAlertTriangle size={18} />} title={title} role="alert">
      {sentence}
      {props.onRetry !== undefined && (
        <div style={{ marginTop: 8 }}>
          <Button size="xs" variant="default" onClick={props.onRetry}>
            {t("common.retry")}
          </Button>
        </div>
      )}
    </Alert>
  );
}
