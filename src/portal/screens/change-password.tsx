import { commonTexts } from '#portal-texts/kit.ts';
import { changePasswordTexts } from '#portal-texts/sessions.ts';
import { useState } from 'react';
import { call } from '../api/call.ts';
import { Modal } from '../kit/modal.tsx';
import { NewPassword } from '../kit/new-password.tsx';
import { Button, Notice } from '../kit/parts.tsx';
import { tell } from '../kit/toasts.tsx';
import { useChange } from '../kit/use-change.ts';

/** Changes one's own password. */
export function ChangePassword({
  email,
  close,
  changed,
}: {
  readonly email: string;
  readonly close: () => void;
  readonly changed: () => void;
}) {
  const [password, setPassword] = useState('');
  const change = useChange(
    () => call('POST', '/v1/portal/password', { body: { password } }),
    () => {
      tell(changePasswordTexts.changed, changePasswordTexts.changedText);
      changed();
      close();
    },
  );
  return (
    <Modal isOpen close={close} title={changePasswordTexts.title} text={changePasswordTexts.text}>
      <form
        className="DoorForm"
        onSubmit={(event) => {
          event.preventDefault();
          if (!change.isBusy) change.start(undefined);
        }}
      >
        <NewPassword label={changePasswordTexts.newPassword} email={email} value={password} change={setPassword} />
        <div role="alert">{change.problem === undefined ? null : <Notice tone="bad">{change.problem}</Notice>}</div>
        <div className="ModalEnd">
          <Button look="quiet" onClick={close}>
            {commonTexts.cancel}
          </Button>
          <Button look="main" type="submit" isBusy={change.isBusy}>
            {change.isBusy ? changePasswordTexts.changing : changePasswordTexts.change}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
