/** A form for something that is stored, which others may change meanwhile. */
import { commonTexts } from '#portal-texts/kit.ts';
import { resourceFormTexts } from '#portal-texts/forms.ts';
import { fill } from './fill.ts';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { ChangedNotice } from './changed-meanwhile.tsx';
import { DescribedFields } from './described-form.tsx';
import { changesOf, isShown, labelOf } from './described-values.ts';
import type { Field, Values } from './described-values.ts';
import { Button, Notice, textOf } from './parts.tsx';
import { useChange } from './use-change.ts';
import { sameText, useGuard } from './use-guard.ts';

export function ResourceForm({
  label,
  fields,
  opened,
  read,
  save,
  saved,
  isFixed,
  isStored = true,
  heading,
  watch,
  cancel,
  saveWords = commonTexts.save,
}: {
  readonly label: string;
  readonly fields: readonly Field[];
  readonly opened: Values;
  readonly read: () => Promise<Values>;
  /** Stores the changes, and answers what is there then. */
  readonly save: (changes: Values) => Promise<Values>;
  readonly saved: (now: Values) => void;
  /** Whether the operator may only read it. */
  readonly isFixed: boolean;
  readonly isStored?: boolean;
  readonly heading?: ReactNode;
  /** Told what the form holds, for a preview. */
  readonly watch?: (held: Values) => void;
  /** In a dialog: how it is closed. */
  readonly cancel?: () => void;
  readonly saveWords?: string;
}) {
  // Of what is stored only that of which there is a field: the rest may change by itself.
  const ofForm = (values: Values): Values =>
    Object.fromEntries(fields.flatMap(({ name }) => (values[name] === undefined ? [] : [[name, values[name]]])));
  const guard = useGuard(ofForm(opened), async () => ofForm(await read()));
  const [held, setHeld] = useState<Values>(guard.base);
  const changes = changesOf(fields, guard.base, held);
  const isChanged = Object.keys(changes).length > 0;
  const hold = (values: Values) => {
    setHeld(values);
    watch?.(values);
  };
  const begin = (again: Values) => {
    guard.begin(ofForm(again));
    hold(ofForm(again));
  };
  const saving = useChange(
    async () => {
      await guard.requireUnchanged();
      return save(changes);
    },
    (now) => {
      begin(now);
      saved(now);
    },
  );
  const differing = fields.filter(
    (field) =>
      isShown(field, held, fields) && sameText(guard.base[field.name] ?? null) !== sameText(held[field.name] ?? null),
  );
  return (
    <form
      aria-label={label}
      className={cancel === undefined ? 'Card Form' : 'Form'}
      onSubmit={(event) => {
        event.preventDefault();
        saving.start(undefined);
      }}
    >
      {heading}
      <DescribedFields
        fields={fields}
        values={held}
        stored={isStored ? guard.base : undefined}
        change={hold}
        isFixed={isFixed}
      />
      {guard.theirs === undefined ? null : (
        <ChangedNotice
          takeTheirs={() => begin(guard.base)}
          differences={differing.map(({ name }) => ({
            name: labelOf(name),
            theirs: shownOf(guard.base[name]),
            mine: shownOf(held[name]),
          }))}
        />
      )}
      <div role="alert">{saving.problem === undefined ? null : <Notice tone="bad">{saving.problem}</Notice>}</div>
      {cancel === undefined && (isFixed || !isChanged) ? null : (
        <div className={cancel === undefined ? 'FormEnd' : 'ModalEnd'}>
          {cancel === undefined ? (
            <span className="Faint">
              {fill(resourceFormTexts.notSaved, { differing: differing.map(({ name }) => labelOf(name)).join(', ') })}
            </span>
          ) : null}
          <Button look="quiet" onClick={cancel ?? (() => begin(guard.base))}>
            {cancel === undefined ? commonTexts.discard : isFixed ? commonTexts.close : commonTexts.cancel}
          </Button>
          {isFixed ? null : (
            <Button look="main" type="submit" isBusy={saving.isBusy}>
              {saveWords}
            </Button>
          )}
        </div>
      )}
    </form>
  );
}

const shownOf = (value: unknown) => (value === undefined ? resourceFormTexts.notSet : textOf(value));
