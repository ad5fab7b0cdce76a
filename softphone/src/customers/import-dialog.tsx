import { Alert, Button, FileInput, Group, Modal, Stack, Table, Text } from "@mantine/core";
import { customers as contract } from "@ringdown/contract";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call } from "../api/client.ts";
import { ListTable } from "../shared/list-table.tsx";
import { RefusalAlert, useAction } from "../shared/refusals.tsx";

/** A CSV file, what it would do line by line, and the button that does it. */
export function ImportDialog(props: { onClose: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [csv, setCsv] = useState<string | null>(null);
  const [isTooLarge, setTooLarge] = useState(false);
  const preview = useAction(
    (text: string) => call(contract.importCustomers, { body: { csv: text, apply: false } }),
    {
      onRefused: () => undefined, // it stands in the dialog
    },
  );
  const run = useAction(
    (text: string) => call(contract.importCustomers, { body: { csv: text, apply: true } }),
    {
      onDone: () => void queries.invalidateQueries({ queryKey: ["customers"] }),
      onRefused: () => undefined,
    },
  );
  const choose = async (file: File | null) => {
    preview.reset();
    run.reset();
    const text = file === null ? null : await file.text();
    const isTooMuch = text !== null && text.length > contract.largestImport;
    setTooLarge(isTooMuch);
    setCsv(isTooMuch ? null : text);
    if (text !== null && !isTooMuch) preview.mutate(text);
  };
  const result = run.data ?? preview.data;
  const isDone = run.data !== undefined && run.data.problemCount === 0;
  const mayRun = csv !== null && preview.data?.problemCount === 0 && !isDone;
  return (
    <Modal
      opened
      onClose={props.onClose}
      size="lg"
      title={t("customers.importTitle")}
      closeButtonProps={{ "aria-label": t("common.close") }}
    >
      <Stack>
        <Text size="sm">{t("customers.importHint")}</Text>
        <FileInput
          label={t("customers.file")}
          accept=".csv,text/csv"
          onChange={(file) => void choose(file)}
          error={isTooLarge ? t("customers.fileTooLarge") : undefined}
          data-testid="customers-file"
        />
        {preview.error != null && <RefusalAlert error={preview.error} />}
        {run.error != null && <RefusalAlert error={run.error} />}
        {result !== undefined && <Outcome result={result} isDone={isDone} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={props.onClose}>
            {isDone ? t("common.close") : t("common.cancel")}
          </Button>
          {!isDone && (
            <Button
              disabled={!mayRun}
              loading={preview.isPending || run.isPending}
              onClick={() => csv !== null && run.mutate(csv)}
              data-testid="run-import"
            >
              {t("customers.import")}
            </Button>
          )}
        </Group>
      </Stack>
    </Modal>
  );
}

function Outcome(props: { result: contract.ImportResult; isDone: boolean }) {
  const { t } = useTranslation();
  const { result, isDone } = props;
  const { created, changed, unchanged, attributes, problems, problemCount } = result;
  if (problemCount > 0) {
    return (
      <div data-testid="import-problems">
        <Alert color="red" variant="light" role="alert" mb="xs">
          {t("customers.importProblems", { count: problemCount })}
        </Alert>
        <ListTable minWidth={300} headings={[t("customers.line"), t("customers.problem")]}>
          {problems.map(({ line, message }) => (
            <Table.Tr key={`${line}-${message}`}>
              <Table.Td className="rd-num">{line}</Table.Td>
              <Table.Td>{message}</Table.Td>
            </Table.Tr>
          ))}
        </ListTable>
      </div>
    );
  }
  const counts = { created, changed, unchanged };
  return (
    <Alert color={isDone ? "green" : "petrol"} variant="light" role="status" data-testid="import-outcome">
      {isDone ? t("customers.imported", counts) : t("customers.wouldImport", counts)}
      {attributes.length > 0 && (
        <Text size="sm" mt={4}>
          {t("customers.importAttributes", { names: attributes.join(", ") })}
        </Text>
      )}
    </Alert>
  );
}
