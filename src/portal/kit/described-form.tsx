/** Fields that are drawn from their descriptions. */
import { commonTexts } from '#portal-texts/kit.ts';
import { describedFormTexts } from '#portal-texts/forms.ts';
import { fill } from './fill.ts';
import { Plus, X } from 'lucide-react';
import { Fragment, useId, useState } from 'react';
import type { ReactNode } from 'react';
import { isShown, labelOf, withValue } from './described-values.ts';
import type { Field, Values } from './described-values.ts';
import { Labelled } from './fields.tsx';
import { Button } from './parts.tsx';
import { methodWords, methods, spaced } from './words.ts';

interface FieldsProps {
  readonly fields: readonly Field[];
  readonly values: Values;
  /** What is stored: secrets of a group that is there are kept if their field stays empty. */
  readonly stored: Values | undefined;
  readonly change: (values: Values) => void;
  /** Whether it may only be read. */
  readonly isFixed: boolean;
}

export function DescribedFields({ fields, values, stored, change, isFixed }: FieldsProps) {
  return fields
    .filter((field) => isShown(field, values, fields))
    .map((field) => (
      <DescribedField
        key={field.name}
        field={field}
        value={values[field.name]}
        stored={stored?.[field.name]}
        isStored={stored !== undefined}
        change={(value) => change(withValue(values, field.name, value))}
        isFixed={isFixed}
      />
    ));
}

interface FieldProps<Of extends Field> {
  readonly field: Of;
  readonly value: unknown;
  readonly stored: unknown;
  /** Whether what the field belongs to is stored. */
  readonly isStored: boolean;
  readonly change: (value: unknown) => void;
  readonly isFixed: boolean;
}

function DescribedField(props: FieldProps<Field>) {
  const { field, value, stored, isStored, change, isFixed } = props;
  switch (field.kind) {
    case 'switch':
      return (
        <label className="Check">
          <input
            type="checkbox"
            disabled={isFixed}
            // Three states: a switch that was never set shows what applies then, which its text says.
            checked={value === undefined ? /(?:Empty|Default): true/.test(field.meaning) : value === true}
            onChange={(event) => change(event.target.checked)}
          />
          <span>
            <strong>{labelOf(field.name)}</strong>
            <small>
              <Meaning text={field.meaning} />
            </small>
          </span>
        </label>
      );
    case 'text': {
      const isLines = (field.max ?? 0) > 2_048;
      return (
        <Line field={field}>
          {(ids) => {
            const common = {
              ...ids,
              className: 'Input',
              readOnly: isFixed,
              maxLength: field.max,
              spellCheck: false,
              autoComplete: field.isSecret === true ? 'new-password' : 'off',
              placeholder: field.isSecret === true && isStored ? describedFormTexts.secretPlaceholder : undefined,
              value: typeof value === 'string' || typeof value === 'number' ? String(value) : '',
              onChange: ({ target }: { readonly target: { readonly value: string } }) =>
                change(textOrNone(target.value, field)),
            };
            return isLines ? (
              <textarea rows={4} {...common} className="Input Mono" />
            ) : (
              <input type={field.isSecret === true ? 'password' : 'text'} {...common} />
            );
          }}
        </Line>
      );
    }
    case 'number':
      return (
        <Line field={field}>
          {(ids) => (
            <input
              {...ids}
              className="Input Input-number"
              type="number"
              readOnly={isFixed}
              min={field.min}
              max={field.max}
              step={field.isWhole === true ? 1 : 'any'}
              value={typeof value === 'number' ? value : ''}
              onChange={(event) => change(event.target.value === '' ? undefined : event.target.valueAsNumber)}
            />
          )}
        </Line>
      );
    case 'choice':
      return (
        <Line field={field}>
          {(ids) => (
            <select
              {...ids}
              className="Input Select"
              disabled={isFixed}
              value={typeof value === 'string' ? value : ''}
              onChange={(event) => change(event.target.value === '' ? undefined : event.target.value)}
            >
              <option value="">
                {field.isClearable === true || value === undefined
                  ? describedFormTexts.notSet
                  : describedFormTexts.choose}
              </option>
              {/* What is stored may be of an older release. */}
              {[...new Set([...field.options, ...(typeof value === 'string' ? [value] : [])])].map((option) => (
                <option key={option} value={option}>
                  {optionWords(option)}
                </option>
              ))}
            </select>
          )}
        </Line>
      );
    case 'choices': {
      const chosen = textsOf(value);
      return (
        <fieldset className="Choices Choices-dense">
          <legend>{labelOf(field.name)}</legend>
          {field.options.map((option) => (
            <label key={option} className="Check">
              <input
                type="checkbox"
                disabled={isFixed}
                checked={chosen.includes(option)}
                onChange={(event) =>
                  change(
                    someOrNone(event.target.checked ? [...chosen, option] : chosen.filter((one) => one !== option)),
                  )
                }
              />
              <span>{optionWords(option)}</span>
            </label>
          ))}
          <p className="Note">
            <Meaning text={field.meaning} />
          </p>
        </fieldset>
      );
    }
    case 'texts':
      return field.isLong === true ? <LongTexts {...props} field={field} /> : <Texts {...props} field={field} />;
    case 'pairs':
      return <Pairs {...props} field={field} />;
    case 'group':
      return (
        <Group field={field} isSet={value !== undefined}>
          <DescribedFields
            fields={field.fields}
            values={(value ?? {}) as Values}
            stored={stored as Values | undefined}
            // A group that was never there is gone again when its last member is.
            change={(values) => change(stored === undefined && Object.keys(values).length === 0 ? undefined : values)}
            isFixed={isFixed}
          />
          {isFixed || value === undefined || field.isClearable !== true ? null : (
            <div>
              <Button onClick={() => change(undefined)}>
                <X size={13} aria-hidden />
                {commonTexts.remove}
                <span className="Hidden"> {labelOf(field.name)}</span>
              </Button>
            </div>
          )}
        </Group>
      );
    case 'groups': {
      const rows = Array.isArray(value) ? (value as readonly Values[]) : [];
      return (
        <Group field={field} isSet={rows.length > 0}>
          {rows.map((row, at) => (
            <div key={at} className="GroupRow">
              <DescribedFields
                fields={field.fields}
                values={row}
                stored={undefined}
                change={(changed) => change(rows.map((one, place) => (place === at ? changed : one)))}
                isFixed={isFixed}
              />
              {isFixed ? null : (
                <Button
                  aria-label={fill(describedFormTexts.removeNumbered, { at: at + 1, name: labelOf(field.name) })}
                  onClick={() => change(someOrNone(rows.filter((_one, place) => place !== at)))}
                >
                  {commonTexts.remove}
                </Button>
              )}
            </div>
          ))}
          {isFixed ? null : (
            <div>
              <Button
                aria-label={fill(describedFormTexts.addNamed, { name: labelOf(field.name) })}
                onClick={() => change([...rows, {}])}
              >
                <Plus size={13} aria-hidden />
                {describedFormTexts.add}
              </Button>
            </div>
          )}
        </Group>
      );
    }
  }
}

function Line({
  field,
  children,
}: {
  readonly field: Field;
  readonly children: (ids: { readonly id: string; readonly 'aria-describedby'?: string }) => ReactNode;
}) {
  return (
    <Labelled label={labelOf(field.name)} note={<Meaning text={field.meaning} />}>
      {children}
    </Labelled>
  );
}

function Group({
  field,
  isSet,
  children,
}: {
  readonly field: Field;
  readonly isSet: boolean;
  readonly children: ReactNode;
}) {
  const id = useId();
  const isCredentials = field.kind === 'group' && field.providers !== undefined;
  return (
    <details className="Group" open={isSet || isCredentials} role="group" aria-labelledby={id}>
      <summary id={id}>{labelOf(field.name)}</summary>
      <p className="Note">
        <Meaning text={field.meaning} />
      </p>
      {children}
    </details>
  );
}

/** Several texts, one a line. What is being typed may have empty lines. */
function Texts({ field, value, change, isFixed }: FieldProps<Field>) {
  const stored = textsOf(value).join('\n');
  const [typed, setTyped] = useState(stored);
  const shown = linesOf(typed).join('\n') === stored ? typed : stored;
  return (
    <Line field={field}>
      {(ids) => (
        <textarea
          {...ids}
          className="Input Mono"
          rows={Math.min(8, Math.max(2, shown.split('\n').length))}
          readOnly={isFixed}
          spellCheck={false}
          placeholder={describedFormTexts.textsPlaceholder}
          value={shown}
          onChange={(event) => {
            setTyped(event.target.value);
            change(someOrNone(linesOf(event.target.value)));
          }}
        />
      )}
    </Line>
  );
}

/** Several texts that have lines themselves. */
function LongTexts({ field, value, change, isFixed }: FieldProps<Field>) {
  const texts = textsOf(value);
  return (
    <Group field={field} isSet={texts.length > 0}>
      {texts.map((text, at) => (
        <div key={at} className="GroupRow">
          <textarea
            className="Input Mono"
            rows={4}
            aria-label={fill(describedFormTexts.numbered, { name: labelOf(field.name), at: at + 1 })}
            readOnly={isFixed}
            spellCheck={false}
            value={text}
            onChange={(event) => change(texts.map((one, place) => (place === at ? event.target.value : one)))}
          />
          {isFixed ? null : (
            <Button
              aria-label={fill(describedFormTexts.removeNumbered, { at: at + 1, name: labelOf(field.name) })}
              onClick={() => change(someOrNone(texts.filter((_one, place) => place !== at)))}
            >
              {commonTexts.remove}
            </Button>
          )}
        </div>
      ))}
      {isFixed ? null : (
        <div>
          <Button
            aria-label={fill(describedFormTexts.addNamed, { name: labelOf(field.name) })}
            onClick={() => change([...texts, ''])}
          >
            <Plus size={13} aria-hidden />
            {describedFormTexts.add}
          </Button>
        </div>
      )}
    </Group>
  );
}

/** Texts by a name, as lines of `name: text`. */
function Pairs({ field, value, change, isFixed }: FieldProps<Extract<Field, { kind: 'pairs' }>>) {
  const pairs = Object.entries((value ?? {}) as Readonly<Record<string, string>>);
  const stored = pairs.map(([name, text]) => `${name}: ${text}`).join('\n');
  const [typed, setTyped] = useState(stored);
  const shown = sameAsPairs(typed, pairs) ? typed : stored;
  const { options } = field;
  return (
    <Line field={field}>
      {(ids) => (
        <textarea
          {...ids}
          className="Input Mono"
          rows={Math.min(8, Math.max(2, shown.split('\n').length))}
          readOnly={isFixed}
          spellCheck={false}
          placeholder={
            options === undefined
              ? describedFormTexts.senderPlaceholder
              : fill(describedFormTexts.pairPlaceholder, { name: options[0] ?? '' })
          }
          value={shown}
          onChange={(event) => {
            setTyped(event.target.value);
            const read = readPairs(event.target.value);
            change(read.length === 0 ? undefined : Object.fromEntries(read));
          }}
        />
      )}
    </Line>
  );
}

function readPairs(text: string): readonly (readonly [string, string])[] {
  return linesOf(text).map((line) => {
    const [name = '', ...rest] = line.split(':');
    return [name.trim(), rest.join(':').trim()];
  });
}

const sameAsPairs = (typed: string, pairs: readonly (readonly [string, string])[]) =>
  JSON.stringify(readPairs(typed)) === JSON.stringify(pairs);

/** A text with names in backticks. */
function Meaning({ text }: { readonly text: string }) {
  return text
    .split('`')
    .map((part, at) => (at % 2 === 0 ? <Fragment key={at}>{part}</Fragment> : <code key={at}>{part}</code>));
}

const linesOf = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
const textsOf = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : []);
const someOrNone = <Item,>(items: readonly Item[]) => (items.length === 0 ? undefined : items);

function textOrNone(text: string, { orNumber }: Extract<Field, { kind: 'text' }>): unknown {
  if (text === '') return undefined;
  return orNumber === true && /^\d{1,4}$/.test(text) ? Number(text) : text;
}

const optionWords = (option: string) =>
  option in methods ? methodWords(option) : /^[A-Z]/.test(option) ? spaced(option) : option;
