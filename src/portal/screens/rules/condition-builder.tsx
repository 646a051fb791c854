import { conditionBuilderTexts } from '#portal-texts/rules.ts';
import { fill, fillNodes } from '../../kit/fill.ts';
import { QueryBuilder } from 'react-querybuilder';
import type {
  CombinatorSelectorProps,
  FieldSelectorProps,
  OperatorSelectorProps,
  RuleGroupType,
  ValueEditorProps,
} from 'react-querybuilder';
import { useId, useMemo, useState } from 'react';
import type { Vocabulary } from '../../api/types.ts';
import { stateNames, states } from '../../kit/words.ts';
import { fieldsOf, fitValues, isPastValue, operatorWords, operatorsOf, shapeOf } from './builder-fields.ts';
import type { BuilderField, Kind } from './builder-fields.ts';
import { isPast } from './condition-tree.ts';
import type { Literal, PastValue, TreeGroup } from './condition-tree.ts';

interface BuilderContext {
  readonly vocabulary: Vocabulary;
  readonly kinds: ReadonlyMap<string, Kind>;
}

/** Conditions as groups of comparisons. What it draws is written by `condition-tree.ts` alone. */
export function ConditionBuilder({
  tree,
  change,
  vocabulary,
}: {
  readonly tree: TreeGroup;
  readonly change: (tree: TreeGroup) => void;
  readonly vocabulary: Vocabulary;
}) {
  const fields = useMemo(() => fieldsOf(vocabulary, tree), [vocabulary, tree]);
  const context = useMemo<BuilderContext>(
    () => ({ vocabulary, kinds: new Map(fields.map(({ name, kind }) => [name, kind])) }),
    [vocabulary, fields],
  );
  const groups = useMemo(() => groupedFields(fields), [fields]);
  return (
    <QueryBuilder
      fields={groups}
      query={tree as unknown as RuleGroupType}
      onQueryChange={(next: RuleGroupType) => change(settle(next, tree))}
      context={context}
      getOperators={(name: string) =>
        operatorsOf(name, context.kinds.get(name) ?? 'any').map((operator) => ({
          name: operator,
          value: operator,
          label: operatorWords(operator),
        }))
      }
      combinators={[
        { name: 'and', value: 'and', label: conditionBuilderTexts.allOfTheseHold },
        { name: 'or', value: 'or', label: conditionBuilderTexts.anyOfTheseHolds },
      ]}
      showNotToggle
      resetOnFieldChange
      resetOnOperatorChange={false}
      getDefaultValue={() => ''}
      controlElements={{
        combinatorSelector: CombinatorSelector,
        fieldSelector: FieldSelector,
        operatorSelector: OperatorSelector,
        valueEditor: ValueEditor,
      }}
      controlClassnames={{
        queryBuilder: 'Builder',
        addRule: 'Button Button-plain',
        addGroup: 'Button Button-quiet',
        removeRule: 'IconButton',
        removeGroup: 'IconButton',
        notToggle: 'Check',
      }}
      translations={{
        addRule: { label: conditionBuilderTexts.addACondition, title: conditionBuilderTexts.addACondition },
        addGroup: { label: conditionBuilderTexts.addAGroup, title: conditionBuilderTexts.addAGroup },
        removeRule: { label: '×', title: conditionBuilderTexts.removeTheCondition },
        removeGroup: { label: '×', title: conditionBuilderTexts.removeTheGroup },
        notToggle: { label: conditionBuilderTexts.not, title: conditionBuilderTexts.notTitle },
      }}
    />
  );
}

/** The tree after a change: with values that fit, and without a group around it if it had none and needs none. */
function settle(next: RuleGroupType, before: TreeGroup): TreeGroup {
  const tree = fitValues(next as unknown as TreeGroup);
  const isBare = before.isBare === true && tree.rules.length <= 1 && tree.rules.length === before.rules.length;
  return isBare ? { ...tree, isBare } : { ...tree, isBare: false };
}

function groupedFields(fields: readonly BuilderField[]) {
  const headings = [...new Set(fields.map(({ heading }) => heading))];
  return headings.map((label) => ({
    label,
    options: fields
      .filter(({ heading }) => heading === label)
      .map((field) => ({ name: field.name, value: field.name, label: field.label })),
  }));
}

interface Named {
  readonly name: string;
  readonly label: string;
}

function CombinatorSelector({ options, value, handleOnChange }: CombinatorSelectorProps) {
  const offered = (options as readonly Named[]).map(({ name, label }) => [name, label] as const);
  return (
    <Choice
      label={conditionBuilderTexts.howTheConditionsCombine}
      value={value ?? ''}
      options={offered}
      change={handleOnChange}
    />
  );
}

function FieldSelector({ options, value, handleOnChange }: FieldSelectorProps) {
  const headings = options as unknown as readonly { readonly label: string; readonly options: readonly Named[] }[];
  return (
    <select
      className="Field Select"
      aria-label={conditionBuilderTexts.fact}
      value={value}
      onChange={(event) => handleOnChange(event.target.value)}
    >
      {headings.map(({ label, options: offered }) => (
        <optgroup key={label} label={label}>
          {offered.map(({ name, label: words }) => (
            <option key={name} value={name}>
              {words}
            </option>
          ))}
        </optgroup>
      ))}
    </select>
  );
}

/** Also has the operator that a stored condition uses and the field does not offer. */
function OperatorSelector({ options, value, handleOnChange }: OperatorSelectorProps) {
  const offered = (options as readonly Named[]).map(({ name, label }) => [name, label] as const);
  const isOffered = value === undefined || offered.some(([name]) => name === value);
  const all = isOffered ? offered : [[value, operatorWords(value)] as const, ...offered];
  return (
    <Choice label={conditionBuilderTexts.howItCompares} value={value ?? ''} options={all} change={handleOnChange} />
  );
}

function ValueEditor({ field, operator, value, handleOnChange, context }: ValueEditorProps) {
  const { vocabulary, kinds } = context as BuilderContext;
  if (field === '') return null;
  if (!isPast(field)) {
    const kind = kinds.get(field) ?? 'any';
    return (
      <Than operator={operator} kind={kind} value={value as unknown} change={handleOnChange} vocabulary={vocabulary} />
    );
  }
  const past: PastValue = isPastValue(value) ? value : { asked: [], than: '' };
  return (
    <>
      <Than
        operator={operator}
        kind="number"
        value={past.than}
        change={(than) => handleOnChange({ ...past, than })}
        vocabulary={vocabulary}
      />
      <Asked
        field={field}
        asked={past.asked}
        change={(asked) => handleOnChange({ ...past, asked })}
        vocabulary={vocabulary}
      />
    </>
  );
}

/** What a fact is compared with. */
function Than({
  operator,
  kind,
  value,
  change,
  vocabulary,
}: {
  readonly operator: string;
  readonly kind: Kind;
  readonly value: unknown;
  readonly change: (value: unknown) => void;
  readonly vocabulary: Vocabulary;
}) {
  switch (shapeOf(operator)) {
    case 'none':
      return null;
    case 'list':
      return (
        <Choice
          label={conditionBuilderTexts.whichList}
          value={String(value ?? '')}
          options={[
            ['', conditionBuilderTexts.chooseAList],
            ...vocabulary.lists.map(({ alias, name }) => [alias, name] as const),
          ]}
          change={change}
        />
      );
    case 'two': {
      const [from, to] = Array.isArray(value) ? (value as unknown[]) : ['', ''];
      return (
        <>
          <OneValue
            label={conditionBuilderTexts.from}
            kind="number"
            value={from}
            change={(next) => change([next, to])}
          />
          <OneValue label={conditionBuilderTexts.to} kind="number" value={to} change={(next) => change([from, next])} />
        </>
      );
    }
    case 'many':
      return <Values kind={kind} values={Array.isArray(value) ? (value as Literal[]) : []} change={change} />;
    case 'one':
      return <OneValue label={conditionBuilderTexts.value} kind={kind} value={value} change={change} />;
  }
}

const numeral = /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i;

/** What was typed as the value of a fact: a number where the fact is one, and where a number stood before. */
function literalOf(typed: string, kind: Kind, before: unknown): Literal {
  const isNumber = kind === 'number' || (kind === 'any' && typeof before === 'number');
  return isNumber && numeral.test(typed.trim()) ? Number(typed) : isNumber && kind === 'number' ? '' : typed;
}

function OneValue({
  label,
  kind,
  value,
  change,
}: {
  readonly label: string;
  readonly kind: Kind;
  readonly value: unknown;
  readonly change: (value: Literal) => void;
}) {
  const [typed, setTyped] = useState(String(value ?? ''));
  const [told, setTold] = useState(value);
  // Changed from outside: by another operator of the comparison, or another fact.
  if (told !== value) {
    setTold(value);
    setTyped(String(value ?? ''));
  }
  return (
    <input
      className="Field"
      aria-label={label}
      placeholder={kind === 'number' ? conditionBuilderTexts.number : label}
      inputMode={kind === 'number' ? 'decimal' : undefined}
      autoComplete="off"
      spellCheck={false}
      maxLength={1000}
      value={typed}
      onChange={(event) => {
        const next = literalOf(event.target.value, kind, value);
        setTyped(event.target.value);
        setTold(next);
        change(next);
      }}
    />
  );
}

/** Several values, one on each line. */
function Values({
  kind,
  values,
  change,
}: {
  readonly kind: Kind;
  readonly values: readonly Literal[];
  readonly change: (values: readonly Literal[]) => void;
}) {
  const [typed, setTyped] = useState(values.join('\n'));
  const read = (text: string) =>
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line, at) => literalOf(line, kind === 'number' ? 'any' : kind, kind === 'number' ? 0 : values[at]));
  return (
    <textarea
      className="Field BuilderValues"
      aria-label={conditionBuilderTexts.valuesOneOnEachLine}
      placeholder={conditionBuilderTexts.oneOnEachLine}
      rows={Math.min(6, Math.max(2, values.length))}
      spellCheck={false}
      value={typed}
      onChange={(event) => {
        setTyped(event.target.value);
        change(read(event.target.value));
      }}
    />
  );
}

type Options = readonly (readonly [string, string])[];

function Choice({
  label,
  value,
  options,
  change,
}: {
  readonly label: string;
  readonly value: string;
  readonly options: Options;
  readonly change: (value: string) => void;
}) {
  const isOffered = options.some(([name]) => name === value);
  return (
    <select className="Field Select" aria-label={label} value={value} onChange={(event) => change(event.target.value)}>
      {isOffered ? null : <option value={value}>{value}</option>}
      {options.map(([name, words]) => (
        <option key={name} value={name}>
          {words}
        </option>
      ))}
    </select>
  );
}

const parties: Options = [
  ['user', conditionBuilderTexts.ofThisUser],
  ['ip', conditionBuilderTexts.fromThisAddress],
  ['device', conditionBuilderTexts.fromThisDevice],
];
const counted: Options = Object.entries(conditionBuilderTexts.counted);
const events: Options = [
  ['challengeSucceeded', conditionBuilderTexts.passedChallenge],
  ['challengeFailed', conditionBuilderTexts.failedChallenge],
  ['action', conditionBuilderTexts.action],
  ['enrolled', conditionBuilderTexts.enrolment],
];

/** The parameters of a question about the past. */
function Asked({
  field,
  asked,
  change,
  vocabulary,
}: {
  readonly field: string;
  readonly asked: readonly Literal[];
  readonly change: (asked: readonly Literal[]) => void;
  readonly vocabulary: Vocabulary;
}) {
  const listId = useId();
  const put = (at: number) => (value: Literal) => change(asked.map((before, place) => (place === at ? value : before)));
  const choice = (at: number, label: string, options: Options) => (
    <Choice label={label} value={String(asked[at] ?? '')} options={options} change={put(at)} />
  );
  const codes: Options = [
    ['*', conditionBuilderTexts.ofAnyAction],
    ...vocabulary.actionCodes.map((code) => [code, fill(conditionBuilderTexts.ofCode, { code })] as const),
  ];
  const outcomes: Options = [
    ['*', conditionBuilderTexts.inAnyState],
    ...stateNames.map((name) => [name, states[name].words] as const),
  ];
  const minutes = (at: number) => (
    <label className="BuilderMinutes">
      {fillNodes(conditionBuilderTexts.inTheLast, {
        minutes: (
          <OneValue label={conditionBuilderTexts.minutesLabel} kind="number" value={asked[at]} change={put(at)} />
        ),
      })}
    </label>
  );
  switch (field) {
    case 'actionCount':
      return (
        <>
          {choice(0, conditionBuilderTexts.whoseActions, parties)}
          {choice(1, conditionBuilderTexts.whichAction, codes)}
          {choice(3, conditionBuilderTexts.inWhichState, outcomes)}
          {minutes(2)}
        </>
      );
    case 'distinctCount':
      return (
        <>
          {choice(0, conditionBuilderTexts.whatIsCounted, counted)}
          {choice(1, conditionBuilderTexts.whoseActions, parties)}
          {minutes(2)}
        </>
      );
    case 'customSum':
      return (
        <>
          <input
            className="Field"
            aria-label={conditionBuilderTexts.dataPoint}
            placeholder={conditionBuilderTexts.dataPoint}
            list={listId}
            maxLength={64}
            value={String(asked[0] ?? '')}
            onChange={(event) => put(0)(event.target.value)}
          />
          <datalist id={listId}>
            {vocabulary.dataPoints.map(({ name, modelType }) => (
              <option key={`${modelType} ${name}`} value={name} />
            ))}
          </datalist>
          {choice(1, conditionBuilderTexts.whoseActions, parties)}
          {choice(2, conditionBuilderTexts.whichAction, codes)}
          {minutes(3)}
        </>
      );
    default:
      return choice(0, conditionBuilderTexts.sinceWhat, events);
  }
}
