import { commonTexts } from '#portal-texts/kit.ts';
import { ruleEditorTexts } from '#portal-texts/rules.ts';
import { fill } from '../../kit/fill.ts';
import { useQuery } from '@tanstack/react-query';
import { Suspense, lazy, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { CallError } from '../../api/call.ts';
import type { Evaluation, Outcome, RuleSet, Vocabulary } from '../../api/types.ts';
import { wordsOf } from '../../api/words-of.ts';
import { Labelled } from '../../kit/fields.tsx';
import { Button, Empty, Notice, Skeleton } from '../../kit/parts.tsx';
import { tell } from '../../kit/toasts.tsx';
import { outcomeOf } from '../../kit/words.ts';
import { useScene } from '../../shell/tenant.tsx';
import { ConditionBuilder } from './condition-builder.tsx';
import { fieldsOf, gapsIn } from './builder-fields.ts';
import { readCondition, writeCondition } from './condition-tree.ts';
import type { TreeGroup } from './condition-tree.ts';
import { DemandFields } from './demand-fields.tsx';
import type { Demands } from './demand-fields.tsx';
import { outcomeNames } from './rule-list.tsx';
import { roomForOne } from './rule-order.ts';
import { nextRules, useVocabulary } from './use-rule-set.ts';
import type { NewRule, RuleSetTools } from './use-rule-set.ts';

const ConditionText = lazy(() => import('./condition-text.tsx').then((found) => ({ default: found.ConditionText })));

interface EditorProps {
  readonly ruleId: string;
  readonly ruleSet: RuleSet;
  readonly tools: RuleSetTools;
  readonly close: () => void;
}

/** One rule, new or stored; saving puts it into the draft. */
export function RuleEditor(props: EditorProps) {
  const { data: vocabulary, error } = useVocabulary();
  // What was on the screen when the rule was opened: a save that has not seen a later change is refused.
  const [seen] = useState(props.ruleSet);
  if (vocabulary === undefined) {
    return error === null ? (
      <Skeleton label={ruleEditorTexts.editorLoading} />
    ) : (
      <Notice tone="bad">{wordsOf(error)}</Notice>
    );
  }
  const rule = nextRules(seen).rules.find(({ ruleId }) => ruleId === props.ruleId);
  const room = roomForOne(nextRules(seen).rules);
  if (props.ruleId !== 'new' && rule === undefined) {
    return (
      <Empty title={ruleEditorTexts.noSuchRule}>
        <p>{ruleEditorTexts.noSuchRuleText}</p>
        <Button onClick={props.close}>{ruleEditorTexts.showTheRules}</Button>
      </Empty>
    );
  }
  if (rule === undefined && room === undefined) {
    return (
      <Empty title={ruleEditorTexts.full}>
        <p>{ruleEditorTexts.fullText}</p>
        <Button onClick={props.close}>{ruleEditorTexts.showTheRules}</Button>
      </Empty>
    );
  }
  const blank: NewRule = { name: '', isActive: true, priority: room?.priority ?? 0, type: 'CHALLENGE' };
  return <Editor {...props} ruleSet={seen} vocabulary={vocabulary} rule={rule ?? blank} />;
}

function Editor({
  ruleSet,
  tools: { save },
  close,
  vocabulary,
  rule,
}: EditorProps & { readonly vocabulary: Vocabulary; readonly rule: NewRule }) {
  const isListFact = useListFacts(vocabulary);
  const [name, setName] = useState(rule.name);
  const [note, setNote] = useState(rule.description ?? '');
  const [type, setType] = useState<Outcome>(rule.type);
  const [isActive, setActive] = useState(rule.isActive);
  const [text, setText] = useState(rule.conditions ?? null);
  const [tree, setTree] = useState<TreeGroup | undefined>(() => readCondition(rule.conditions ?? null, isListFact));
  const [isText, setIsText] = useState(tree === undefined);
  const [demands, setDemands] = useState<Demands>(rule);
  const [gaps, setGaps] = useState<readonly string[]>([]);
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => first.current?.focus(), []);
  const kinds = useMemo(
    () =>
      new Map(fieldsOf(vocabulary, tree ?? { combinator: 'and', rules: [] }).map((field) => [field.name, field.kind])),
    [vocabulary, tree],
  );
  const kindOf = (field: string) => kinds.get(field) ?? 'any';

  const shown: NewRule = {
    ...(rule.ruleId === undefined ? {} : { ruleId: rule.ruleId }),
    name: name.trim(),
    ...(note.trim() === '' ? {} : { description: note.trim() }),
    isActive,
    priority: rule.priority,
    type,
    ...(text === null || text.trim() === '' ? {} : { conditions: text }),
    ...demandsOf(demands),
  };
  const draw = (next: TreeGroup) => {
    setTree(next);
    setText(writeCondition(next));
  };
  const showBuilder = () => {
    const read = readCondition(text === null || text.trim() === '' ? null : compact(text), isListFact);
    if (read === undefined) return setGaps([ruleEditorTexts.notDrawable]);
    setGaps([]);
    setTree(read);
    setText(writeCondition(read));
    setIsText(false);
  };
  const submit = () => {
    const missing = [
      ...(shown.name === '' ? [ruleEditorTexts.noName] : []),
      ...(isText || tree === undefined ? [] : gapsIn(tree, kindOf)),
    ];
    setGaps(missing);
    if (missing.length > 0) return;
    const { defaultOutcome, rules } = nextRules(ruleSet);
    const others = shown.ruleId === undefined ? (roomForOne(rules)?.rules ?? rules) : rules;
    const next =
      shown.ruleId === undefined
        ? [...others, shown]
        : others.map((one) => (one.ruleId === shown.ruleId ? shown : one));
    save.mutate(
      { seen: ruleSet, wanted: { defaultOutcome, rules: next } },
      {
        onSuccess() {
          tell(ruleEditorTexts.savedInTheDraft, fill(ruleEditorTexts.savedInTheDraftText, { name: shown.name }));
          close();
        },
      },
    );
  };
  return (
    <form
      className="RuleForm"
      aria-label={
        rule.ruleId === undefined ? ruleEditorTexts.newRule : fill(ruleEditorTexts.ruleNamed, { name: rule.name })
      }
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <section className="Card">
        <h2>{rule.ruleId === undefined ? ruleEditorTexts.newRule : rule.name}</h2>
        <div className="Columns">
          <Labelled label={ruleEditorTexts.name}>
            {(ids) => (
              <input
                {...ids}
                ref={first}
                className="Input"
                maxLength={256}
                autoComplete="off"
                value={name}
                onChange={(event) => setName(event.target.value)}
              />
            )}
          </Labelled>
          <Labelled label={ruleEditorTexts.outcome}>
            {(ids) => (
              <select
                {...ids}
                className="Field Select"
                value={type}
                onChange={(event) => setType(event.target.value as Outcome)}
              >
                {outcomeNames.map((outcome) => (
                  <option key={outcome} value={outcome}>
                    {outcomeOf(outcome).words}
                  </option>
                ))}
              </select>
            )}
          </Labelled>
        </div>
        <Labelled label={ruleEditorTexts.noteForYourTeam}>
          {(ids) => (
            <textarea
              {...ids}
              className="Input"
              rows={2}
              maxLength={4096}
              value={note}
              onChange={(event) => setNote(event.target.value)}
            />
          )}
        </Labelled>
        <label className="Check">
          <input type="checkbox" checked={isActive} onChange={(event) => setActive(event.target.checked)} />
          {ruleEditorTexts.switchedOn}
        </label>
      </section>
      <section className="Card">
        <div className="RulesHead">
          <h2>{ruleEditorTexts.whenItMatches}</h2>
          <div className="Segments" role="group" aria-label={ruleEditorTexts.howConditionsAreEdited}>
            <button type="button" aria-pressed={!isText} onClick={() => (isText ? showBuilder() : undefined)}>
              {ruleEditorTexts.builder}
            </button>
            <button type="button" aria-pressed={isText} onClick={() => setIsText(true)}>
              {ruleEditorTexts.json}
            </button>
          </div>
        </div>
        {isText || tree === undefined ? (
          <Suspense fallback={<Skeleton lines={6} label={ruleEditorTexts.textLoading} />}>
            <ConditionText
              text={text ?? ''}
              change={(next) => setText(next.trim() === '' ? null : next)}
              vocabulary={vocabulary}
            />
          </Suspense>
        ) : (
          <ConditionBuilder tree={tree} change={draw} vocabulary={vocabulary} />
        )}
        {text === null ? <Notice tone="wait">{ruleEditorTexts.noConditions}</Notice> : null}
        <LiveWarnings actionCode={ruleSet.actionCode} rule={shown} />
      </section>
      <details className="Card RuleMore" open={hasDemands(rule)}>
        <summary>{ruleEditorTexts.demands}</summary>
        <DemandFields
          demands={demands}
          change={setDemands}
          methods={vocabulary.methods}
          legend={ruleEditorTexts.methodsLegend}
        />
      </details>
      <div role="alert">
        {gaps.length === 0 && save.error === null ? null : (
          <Notice tone="bad">{gaps.length > 0 ? gaps.join(' ') : wordsOf(save.error)}</Notice>
        )}
      </div>
      <div className="ModalEnd">
        <Button look="quiet" onClick={close}>
          {commonTexts.cancel}
        </Button>
        <Button look="main" type="submit" isBusy={save.isPending}>
          {ruleEditorTexts.saveInTheDraft}
        </Button>
      </div>
    </form>
  );
}

/** What the server says of the rule while it is written: mistakes, and what is probably not meant. */
function LiveWarnings({ actionCode, rule }: { readonly actionCode: string; readonly rule: NewRule }) {
  const { tenant, manage, may } = useScene();
  const conditions = useSettled(rule.conditions ?? null);
  const parsed = parse(conditions);
  const { data, error } = useQuery({
    queryKey: [tenant.tenantId, 'rule-warnings', actionCode, rule.type, conditions],
    queryFn: () =>
      manage<Evaluation>('POST', `/action-configurations/${encodeURIComponent(actionCode)}/rules/evaluate`, {
        rules: [
          { name: ruleEditorTexts.thisRule, isActive: true, priority: 0, type: rule.type, conditions: parsed.json },
        ],
        facts: {},
      }),
    enabled: may('contacts:read') && conditions !== null && parsed.isJson,
    retry: false,
    staleTime: 60_000,
  });
  const sentences = !parsed.isJson
    ? [ruleEditorTexts.notJson]
    : conditions === null
      ? []
      : error instanceof CallError && error.code === 'invalid_request'
        ? [error.message.replace(/^rules\/0\/conditions/, '')]
        : (data?.warnings ?? []).map(({ message, place }) => (place === undefined ? message : `${place}: ${message}`));
  return (
    <ul className="LiveWarnings" aria-live="polite" aria-label={ruleEditorTexts.warnings}>
      {sentences.map((sentence) => (
        <li key={sentence}>{sentence}</li>
      ))}
    </ul>
  );
}

const settleMs = 500;

/** A value once it has not changed for a moment. */
function useSettled<Value>(value: Value): Value {
  const now = useDeferredValue(value);
  const [settled, setSettled] = useState(now);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(now), settleMs);
    return () => clearTimeout(timer);
  }, [now]);
  return settled;
}

function parse(text: string | null): { readonly isJson: boolean; readonly json?: unknown } {
  if (text === null) return { isJson: true };
  try {
    return { isJson: true, json: JSON.parse(text) as unknown };
  } catch {
    return { isJson: false };
  }
}

/** Whoever asks for the builder accepts that white space goes; nothing else does. */
function compact(text: string): string {
  const { json, isJson } = parse(text);
  return isJson ? JSON.stringify(json) : text;
}

function useListFacts({ facts, dataPoints }: Vocabulary): (path: string) => boolean {
  const lists = useMemo(
    () =>
      new Set([
        ...facts.filter(({ type }) => type === 'array of strings').map(({ path }) => path),
        ...dataPoints
          .filter(({ dataType }) => dataType === 'multiselect')
          .flatMap(({ name }) => [`custom.${name}`, `user.custom.${name}`]),
      ]),
    [facts, dataPoints],
  );
  return (path) => lists.has(path);
}

function demandsOf(demands: Demands): Demands {
  const { verificationMethods, defaultVerificationMethod, promptToEnrollVerificationMethods, minimumAssurance } =
    demands;
  return {
    ...(verificationMethods === undefined ? {} : { verificationMethods }),
    ...(defaultVerificationMethod === undefined ? {} : { defaultVerificationMethod }),
    ...(promptToEnrollVerificationMethods === undefined ? {} : { promptToEnrollVerificationMethods }),
    ...(minimumAssurance === undefined ? {} : { minimumAssurance }),
  };
}

const hasDemands = (rule: Demands) => Object.keys(demandsOf(rule)).length > 0;
