import { commonTexts } from '#portal-texts/kit.ts';
import { publishDialogTexts } from '#portal-texts/rules.ts';
import { fill } from '../../kit/fill.ts';
import { useState } from 'react';
import type { RuleSet } from '../../api/types.ts';
import { wordsOf } from '../../api/words-of.ts';
import { Labelled } from '../../kit/fields.tsx';
import { Modal } from '../../kit/modal.tsx';
import { Button, Notice } from '../../kit/parts.tsx';
import { Differences } from './differences.tsx';
import { ReplayResult } from './replay-result.tsx';
import type { RuleSetTools } from './use-rule-set.ts';

/** The last look before the draft decides, or before somebody else is asked: what differs, and what it would have decided lately. */
export function PublishDialog({
  ruleSet,
  draft,
  tools,
  isAsking,
  close,
}: {
  readonly ruleSet: RuleSet;
  readonly draft: NonNullable<RuleSet['draft']>;
  readonly tools: RuleSetTools;
  /** Whether somebody else is asked to publish it. */
  readonly isAsking: boolean;
  readonly close: () => void;
}) {
  const [reason, setReason] = useState('');
  const act = isAsking ? tools.ask : tools.publish;
  return (
    <Modal
      isOpen
      close={close}
      size="large"
      title={
        isAsking
          ? fill(publishDialogTexts.askTitle, { actionCode: ruleSet.actionCode })
          : fill(publishDialogTexts.publishTitle, { actionCode: ruleSet.actionCode })
      }
      text={
        isAsking
          ? draft.decidesOtherwise
            ? publishDialogTexts.askWithProofText
            : publishDialogTexts.askText
          : draft.decidesOtherwise
            ? publishDialogTexts.publishText
            : publishDialogTexts.nothingDecidedOtherwise
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          act.mutate({ revision: draft.revision, reason: reason.trim() }, { onSuccess: close });
        }}
      >
        <Differences of={draft.changes} />
        {draft.decidesOtherwise ? (
          <ReplayResult actionCode={ruleSet.actionCode} which="draft" revision={draft.revision} />
        ) : null}
        <Labelled label={publishDialogTexts.why}>
          {(ids) => (
            <textarea
              {...ids}
              className="Input"
              rows={2}
              maxLength={1000}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
            />
          )}
        </Labelled>
        <div role="alert">{act.error === null ? null : <Notice tone="bad">{wordsOf(act.error)}</Notice>}</div>
        <div className="ModalEnd">
          <Button look="quiet" onClick={close}>
            {commonTexts.cancel}
          </Button>
          <Button look="main" type="submit" isBusy={act.isPending}>
            {isAsking
              ? publishDialogTexts.ask
              : fill(publishDialogTexts.publishVersion, { version: ruleSet.live.version + 1 })}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
