import { TextInput } from "@mantine/core";
import type { flow as contract } from "@ringdown/contract";
import { useTranslation } from "react-i18next";
import { BranchForm } from "./branch-form.tsx";
import { CallbackForm } from "./callback-form.tsx";
import { HangupForm } from "./hangup-form.tsx";
import { HoursForm } from "./hours-form.tsx";
import { LanguageForm } from "./language-form.tsx";
import { MenuForm } from "./menu-form.tsx";
import { PlayForm } from "./play-form.tsx";
import { QueueForm } from "./queue-form.tsx";
import { SetForm } from "./set-form.tsx";
import { TransferForm } from "./transfer-form.tsx";
import { VoicemailForm } from "./voicemail-form.tsx";

type FlowNode = contract.FlowNode;

/** The fields of a node by its kind. */
export function NodeForm(props: { node: FlowNode; onChange: (node: FlowNode) => void }) {
  const { t } = useTranslation();
  const { node, onChange } = props;
  return (
    <>
      <TextInput
        label={t("flows.label")}
        description={t("flows.labelHint")}
        maxLength={100}
        value={node.label ?? ""}
        onChange={(event) => {
          const { label: _, ...rest } = node;
          const label = event.currentTarget.value;
          onChange(label === "" ? rest : { ...rest, label });
        }}
      />
      <KindForm node={node} onChange={onChange} />
    </>
  );
}

function KindForm(props: { node: FlowNode; onChange: (node: FlowNode) => void }) {
  const { node, onChange } = props;
  switch (node.kind) {
    case "play":
      return <PlayForm node={node} onChange={onChange} />;
    case "menu":
      return <MenuForm node={node} onChange={onChange} />;
    case "hours":
      return <HoursForm node={node} onChange={onChange} />;
    case "language":
      return <LanguageForm node={node} onChange={onChange} />;
    case "queue":
      return <QueueForm node={node} onChange={onChange} />;
    case "voicemail":
      return <VoicemailForm node={node} onChange={onChange} />;
    case "hangup":
      return <HangupForm node={node} onChange={onChange} />;
    case "transfer":
      return <TransferForm node={node} onChange={onChange} />;
    case "set":
      return <SetForm node={node} onChange={onChange} />;
    case "callback":
      return <CallbackForm node={node} onChange={onChange} />;
    case "branch":
      return <BranchForm node={node} onChange={onChange} />;
  }
}
