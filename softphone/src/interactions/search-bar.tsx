import { Checkbox, NativeSelect, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { ledger } from "@ringdown/contract";
import { IconSearch } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLabels } from "../shared/labels.ts";
import type { SearchForm } from "./core/search.ts";
import classes from "./interactions.module.css";

/** Searches as one types; everything is in the address bar, so a search can be sent to a colleague. */
export function SearchBar(props: {
  form: SearchForm;
  onChange: (form: SearchForm) => void;
  isAgent: boolean;
}) {
  const { t } = useTranslation();
  const labels = useLabels();
  const { form, onChange } = props;
  const change = (part: Partial<SearchForm>) => onChange({ ...form, ...part });
  const all = { value: "", label: t("common.all") };
  return (
    <div className={classes["search"]} role="search">
      <SearchText text={form.text} onText={(text) => change({ text })} />
      <TextInput
        type="date"
        label={t("interaction.fromDay")}
        value={form.fromDay}
        onChange={(event) => change({ fromDay: event.currentTarget.value })}
      />
      <TextInput
        type="date"
        label={t("interaction.toDay")}
        value={form.toDay}
        onChange={(event) => change({ toDay: event.currentTarget.value })}
      />
      <NativeSelect
        label={t("interaction.queue")}
        value={form.queueId}
        onChange={(event) => change({ queueId: event.currentTarget.value })}
        data={[all, ...labels.queues.map((queue) => ({ value: queue.id, label: queue.name }))]}
      />
      {!props.isAgent && (
        <NativeSelect
          label={t("interaction.agent")}
          value={form.agentId}
          onChange={(event) => change({ agentId: event.currentTarget.value })}
          data={[all, ...labels.people.map((person) => ({ value: person.id, label: person.name }))]}
        />
      )}
      <NativeSelect
        label={t("interaction.outcome")}
        value={form.outcome}
        onChange={(event) => change({ outcome: event.currentTarget.value })}
        data={[
          all,
          ...ledger.Outcome.options.map((outcome) => ({ value: outcome, label: t(`outcome.${outcome}`) })),
        ]}
      />
      <Checkbox
        className={classes["checkbox"] ?? ""}
        label={t("interaction.withRecording")}
        checked={form.recorded}
        onChange={(event) => change({ recorded: event.currentTarget.checked })}
      />
    </div>
  );
}

function SearchText(props: { text: string; onText: (text: string) => void }) {
  const { t } = useTranslation();
  const [text, setText] = useState(props.text);
  useEffect(() => setText(props.text), [props.text]);
  const search = useDebouncedCallback(props.onText, 350);
  return (
    <TextInput
      label={t("interaction.searchText")}
      placeholder={t("interaction.searchPlaceholder")}
      leftSection={<IconSearch size={16} />}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        search(event.currentTarget.value);
      }}
      data-testid="interaction-search"
    />
  );
}
