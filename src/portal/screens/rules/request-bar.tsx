import { commonTexts } from '#portal-texts/kit.ts';
import { requestBarTexts } from '#portal-texts/rules.ts';
import { fill } from '../../kit/fill.ts';
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
          {request === undefined
            ? fill(requestBarTexts.refusedBy, { by: about.by })
            : fill(requestBarTexts.askedBy, { by: about.by })}
        </strong>{' '}
        <span className="Faint">
          <Time at={about.at} isRelative />
        </span>
      </p>
      {about.reason === undefined ? null : <q>{about.reason}</q>}
      {request === undefined ? null : (
        <p>
          {isOwn ? requestBarTexts.needsAnother : requestBarTexts.yoursToDecide} {requestBarTexts.voidedByChange}
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
    <Modal isOpen close={close} title={requestBarTexts.refuseTitle} text={requestBarTexts.refuseText}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!isEmpty) refuse.mutate({ revision: draft.revision, reason: reason.trim() }, { onSuccess: close });
        }}
      >
        <Labelled label={requestBarTexts.why} note={requestBarTexts.whoAskedReadsIt}>
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
            {commonTexts.cancel}
          </Button>
          <Button look="danger" type="submit" isBusy={refuse.isPending} aria-disabled={isEmpty}>
            {requestBarTexts.refuse}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
