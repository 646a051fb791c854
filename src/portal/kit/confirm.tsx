import { commonTexts } from '#portal-texts/kit.ts';
import type { ReactNode } from 'react';
import { Modal } from './modal.tsx';
import { Button, Notice } from './parts.tsx';
import { useChange } from './use-change.ts';

/** Asks before something is taken away. */
export function Confirm({
  title,
  text,
  words,
  run,
  done,
  close,
}: {
  readonly title: string;
  readonly text: ReactNode;
  /** What the button says. */
  readonly words: string;
  readonly run: () => Promise<unknown>;
  readonly done: () => void;
  readonly close: () => void;
}) {
  const doing = useChange(run, done);
  return (
    <Modal isOpen close={close} title={title} text={text}>
      <div role="alert">{doing.problem === undefined ? null : <Notice tone="bad">{doing.problem}</Notice>}</div>
      <div className="ModalEnd">
        <Button look="quiet" onClick={close}>
          {commonTexts.cancel}
        </Button>
        <Button look="danger" isBusy={doing.isBusy} onClick={() => doing.start(undefined)}>
          {words}
        </Button>
      </div>
    </Modal>
  );
}
