import { Combobox, Text, TextInput, useCombobox } from "@mantine/core";
import { requirement as language } from "@ringdown/contract";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { completionsAt, withCondition, type KnownSkill } from "../core/completion.ts";
import { skillsToHave } from "../core/routing-edit.ts";
import { useFieldProblem, useTyped, type FieldPlace } from "../fields.tsx";
import { useRouting } from "../routing-context.tsx";
import classes from "../routing.module.css";

/** An expression over skills: read while it is typed, with completion, and the place of a mistake. */
export function RequirementField(props: { value: string; onChange: (text: string) => void; at: FieldPlace }) {
  const { t } = useTranslation();
  const typed = useTyped(props.value, props.onChange);
  const value = typed.text;
  const { document, canEdit } = useRouting();
  const input = useRef<HTMLInputElement>(null);
  const combobox = useCombobox({ onDropdownClose: () => combobox.resetSelectedOption() });
  const [caret, setCaret] = useState(value.length);
  const skills = skillsToHave(document.skills);
  const completion = completionsAt(value, Math.min(caret, value.length), skills);
  const problem = useFieldProblem(props.at);
  const parsed = value.trim() === "" ? null : language.parseRequirement(value);
  const misread = parsed?.ok === false ? parsed.problem : null;
  const place = (text: string, at: number) => {
    typed.type(text, true);
    setCaret(at);
    requestAnimationFrame(() => {
      input.current?.focus();
      input.current?.setSelectionRange(at, at);
    });
  };
  const complete = (insert: string) => {
    const before = value.slice(0, completion.from) + insert;
    const isWord = insert === "and" || insert === "or";
    place(`${before}${isWord ? " " : ""}${value.slice(completion.to)}`, before.length + (isWord ? 1 : 0));
    combobox.closeDropdown();
  };
  const error = misread === null ? problem.error : t("requirement.misread", { ...misread });
  return (
    <div className={classes["rows"]}>
      <Combobox store={combobox} onOptionSubmit={complete} withinPortal>
        <Combobox.Target>
          <TextInput
            ref={input}
            label={t("requirement.label")}
            description={problem.warning ?? t("requirement.hint")}
            placeholder={t("requirement.anybody")}
            error={error}
            inputWrapperOrder={["label", "input", "description", "error"]}
            readOnly={!canEdit}
            value={value}
            maxLength={500}
            spellCheck={false}
            autoCapitalize="none"
            autoComplete="off"
            styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
            onChange={(event) => {
              typed.type(event.currentTarget.value, true);
              setCaret(event.currentTarget.selectionStart ?? event.currentTarget.value.length);
              combobox.openDropdown();
              combobox.updateSelectedOptionIndex();
            }}
            onSelect={(event) => setCaret(event.currentTarget.selectionStart ?? 0)}
            onClick={() => canEdit && combobox.openDropdown()}
            onBlur={() => {
              typed.leave();
              combobox.closeDropdown();
            }}
            data-testid="requirement"
          />
        </Combobox.Target>
        <Combobox.Dropdown hidden={completion.options.length === 0}>
          <Combobox.Options>
            {completion.options.map(({ insert, hint }) => (
              <Combobox.Option key={insert} value={insert}>
                <code>{insert}</code> {hint !== null && <span className={classes["quiet"]}>{hint}</span>}
              </Combobox.Option>
            ))}
          </Combobox.Options>
        </Combobox.Dropdown>
      </Combobox>
      {misread !== null && <Mistake text={value} at={misread.at} />}
      {canEdit && (
        <SkillChips
          skills={skills}
          onInsert={(skill) => {
            const next = withCondition(value, skill);
            place(next, next.length);
          }}
        />
      )}
    </div>
  );
}

/** The text again with the character marked where it stops making sense. */
function Mistake(props: { text: string; at: number }) {
  const { text } = props;
  const at = props.at - 1;
  return (
    <code className={classes["mistake"]} aria-hidden>
      {text.slice(0, at)}
      <mark>{at < text.length ? text.charAt(at) : "␣"}</mark>
      {text.slice(at + 1)}
    </code>
  );
}

const mostChips = 14;

function SkillChips(props: { skills: readonly KnownSkill[]; onInsert: (skill: string) => void }) {
  const { t } = useTranslation();
  if (props.skills.length === 0)
    return (
      <Text size="xs" c="dimmed">
        {t("requirement.noSkills")}
      </Text>
    );
  return (
    <div className={classes["chips"]} role="group" aria-label={t("requirement.insert")}>
      {props.skills.slice(0, mostChips).map(({ skill, name }) => (
        <button
          key={skill}
          type="button"
          className={classes["chip"]}
          title={name}
          aria-label={t("requirement.insertSkill", { skill })}
          onClick={() => props.onInsert(skill)}
        >
          {skill}
        </button>
      ))}
    </div>
  );
}
