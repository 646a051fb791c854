import { useState } from 'react';
import type { RuleSet } from '../../api/types.ts';
import { wordsOf } from '../../api/words-of.ts';
import { Labelled } from '../../kit/fields.tsx';
import { Modal } from '../../kit/modal.tsx';
import { Button, Notice, Time } from '../../kit/parts.tsx';
import type { RuleSetTools } from './use-rule-set.ts';

type Draft = NonNullable<RuleSet['draft']>;

/** Who asks for the publication of the draft, or who has refused it. */
export function RequestWords({ draft: { request, refusal, isOwn } }: { readonly draft: Draft }) {
  const about = request ?? refusal;
  if (about === undefined) return null;
  return (
    <div className="RequestWords">
      <p>
        <strong>
          {request === undefined ? `${about.by} has refused it` : `${about.by} asks for it to be published`}
        </strong>{' '}
        <span className="Faint">
          <Time at={about.at} isRelative />
        </span>
      </p>
      {about.reason === undefined ? null : <q>{about.reason}</q>}
      {request === undefined ? null : (
        <p>
          {isOwn
            ? 'Somebody who has not changed the draft has to publish it.'
            : 'You can publish it, or refuse it with a reason.'}{' '}
          Any change of the draft voids this.
        </p>
      )}
    </div>
  );
}

/** Refuses what is asked, or takes it back. */
export function RefuseDialog({
  draft,
  tools: { refuse },
  close,
}: {
  readonly draft: Draft;
  readonly tools: RuleSetTools;
  readonly close: () => void;
}) {
  const [reason, setReason] = useState('');
  const isEmpty = reason.trim() === '';
  return (
    <Modal
      isOpen
      close={close}
      title="Do not publish this draft?"
      text="The draft stays as it is, and nobody publishes it until somebody asks again."
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!isEmpty) refuse.mutate({ revision: draft.revision, reason: reason.trim() }, { onSuccess: close });
        }}
      >
        <Labelled label="Why" note="Who asked reads it.">
          {(ids) => (
            <textarea
              {...ids}
              className="Input"
              rows={3}
              required
              maxLength={1000}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
            />
          )}
        </Labelled>
        <div role="alert">{refuse.error === null ? null : <Notice tone="bad">{wordsOf(refuse.error)}</Notice>}</div>
        <div className="ModalEnd">
          <Button look="quiet" onClick={close}>
            Cancel
          </Button>
          <Button look="danger" type="submit" isBusy={refuse.isPending} aria-disabled={isEmpty}>
            Refuse
          </Button>
        </div>
      </form>
    </Modal>
  );
}
