import {
  Button,
  Input,
  MantineThemeProvider,
  SegmentedControl,
  Switch,
  Text,
  TextInput,
} from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { trunks } from "@ringdown/contract";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { call, type Answer } from "../../api/client.ts";
import { RefusalAlert, useAction } from "../../shared/refusals.tsx";
import { refuseInForm } from "../../shared/use-form-refusal.ts";
import {
  applyTemplate,
  bodyOf,
  changedParts,
  templateOf,
  trunkTemplates,
  type TrunkValues,
} from "./core/trunk-values.ts";
import { CallsInSection } from "./calls-in-section.tsx";
import { CallsOutSection } from "./calls-out-section.tsx";
import { LimitsSection } from "./limits-section.tsx";
import { MediaSection } from "./media-section.tsx";
import { Section } from "./section.tsx";
import classes from "./trunks.module.css";
import { useTrunkForm, type TrunkEditing } from "./use-trunk-form.ts";

/** Fields beside each other stand in one line, however long their hints are. */
const hintsBelow = {
  components: {
    InputWrapper: Input.Wrapper.extend({
      defaultProps: { inputWrapperOrder: ["label", "input", "description", "error"] },
    }),
  },
};

/** The form in the order in which one thinks of a trunk; a bar at its foot saves it. */
export function TrunkEditor(props: { trunk: trunks.Trunk | null }) {
  const editing = useTrunkForm(props.trunk);
  const { form } = editing;
  const save = useSaving(editing, focusFirstProblem);
  const submit = form.onSubmit((values) => save.mutate(values), focusFirstProblem);
  return (
    <form onSubmit={submit} noValidate className={classes["form"]} autoComplete="off">
      {save.error != null && <RefusalAlert error={save.error} />}
      <MantineThemeProvider theme={hintsBelow}>
        <Basics editing={editing} />
        <CallsInSection editing={editing} />
        <CallsOutSection editing={editing} />
        <MediaSection editing={editing} />
        <LimitsSection editing={editing} />
      </MantineThemeProvider>
      <SaveBar editing={editing} isSaving={save.isPending} />
    </form>
  );
}

function useSaving(editing: TrunkEditing, onBroken: () => void) {
  const { t } = useTranslation();
  const { form, trunk, stored } = editing;
  const queries = useQueryClient();
  const navigate = useNavigate();
  const run = async (values: TrunkValues): Promise<trunks.Trunk> => {
    // Checked by the contract's own rules on submit.
    const body = bodyOf(values);
    if (trunk === null) return await call(trunks.createTrunk, { body: trunks.createTrunk.body.parse(body) });
    const changes = trunks.updateTrunk.body.parse(changedParts(body, bodyOf(stored)));
    return await call(trunks.updateTrunk, { params: { trunkId: trunk.id }, body: changes });
  };
  const refuse = refuseInForm(form);
  return useAction(run, {
    onDone: (saved) => {
      editing.forget();
      // Whoever opens it again at once finds what was saved.
      queries.setQueryData<Answer<typeof trunks.listTrunks>>(
        ["trunks"],
        (before) => before && { trunks: [...before.trunks.filter(({ id }) => id !== saved.id), saved] },
      );
      void queries.invalidateQueries({ queryKey: ["trunks"] });
      notifications.show({ message: t("trunks.saved", { name: saved.name }) });
      void navigate("/admin/trunks");
    },
    onRefused: (error) => {
      refuse(error);
      onBroken();
    },
  });
}

/** Once the problems are on the screen. */
function focusFirstProblem(): void {
  requestAnimationFrame(() => document.querySelector<HTMLElement>("form [aria-invalid='true']")?.focus());
}

function Basics(props: { editing: TrunkEditing }) {
  const { t } = useTranslation();
  const { form, trunk } = props.editing;
  return (
    <Section title={t("trunks.section.basics")}>
      {trunk === null && <Templates editing={props.editing} />}
      <div className={classes["fields"]}>
        <TextInput
          label={t("people.name")}
          placeholder={t("trunks.namePlaceholder")}
          maxLength={120}
          data-autofocus
          {...form.getInputProps("name")}
        />
        <Switch
          label={t("trunks.enabled")}
          description={t("trunks.enabledHint")}
          {...form.getInputProps("enabled", { type: "checkbox" })}
        />
      </div>
    </Section>
  );
}

/** Turns on the parts of the form that such a trunk needs. */
function Templates(props: { editing: TrunkEditing }) {
  const { t } = useTranslation();
  const { form } = props.editing;
  const template = templateOf(form.values);
  return (
    <div className={classes["template"]}>
      <Text size="sm" fw={600} id="trunk-template">
        {t("trunks.template.label")}
      </Text>
      <SegmentedControl
        aria-labelledby="trunk-template"
        value={template ?? ""}
        onChange={(value) => {
          const chosen = trunkTemplates.find((one) => one === value);
          if (chosen !== undefined) form.setValues(applyTemplate(form.getValues(), chosen));
          form.clearErrors();
        }}
        data={trunkTemplates.map((value) => ({ value, label: t(`trunks.template.${value}`) }))}
      />
      <Text size="sm" c="dimmed">
        {template === null ? t("trunks.templateHint.other") : t(`trunks.templateHint.${template}`)}
      </Text>
    </div>
  );
}

function SaveBar(props: { editing: TrunkEditing; isSaving: boolean }) {
  const { t } = useTranslation();
  const { trunk, isChanged, discard } = props.editing;
  const navigate = useNavigate();
  return (
    <div className={classes["bar"]}>
      <Text size="sm" c="dimmed" role="status" className={classes["barText"] ?? ""}>
        {isChanged ? t("trunks.unsaved") : trunk === null ? "" : t("trunks.nothingChanged")}
      </Text>
      <Button
        variant="default"
        onClick={() => {
          discard();
          if (!isChanged) void navigate("/admin/trunks");
        }}
      >
        {isChanged ? t("common.undo") : t("common.cancel")}
      </Button>
      <Button type="submit" loading={props.isSaving} data-testid="save-trunk">
        {trunk === null ? t("trunks.add") : t("common.save")}
      </Button>
    </div>
  );
}
