import { shellTexts } from '#portal-texts/shell.ts';
import { shortcutListTexts } from '#portal-texts/menus.ts';
import { useState } from 'react';
import { Modal } from '../kit/modal.tsx';
import { Kbd } from '../kit/parts.tsx';
import { areOn, listShortcuts, switchTo } from './shortcuts.ts';

/** What can be pressed on this page. */
export function ShortcutList({ close }: { readonly close: () => void }) {
  const [groups] = useState(listShortcuts);
  const [isOn, setOn] = useState(areOn);
  return (
    <Modal isOpen close={close} title={shortcutListTexts.shortcuts} size="large">
      <div className="Shortcuts">
        {groups.map(({ heading, list }) => (
          <section key={heading}>
            <h3>{heading}</h3>
            <dl>
              {heading === shellTexts.anywhere ? (
                <div>
                  <dt>{shortcutListTexts.findAnything}</dt>
                  <dd>
                    <Kbd keys="Ctrl K" />
                    <span className="Hidden">{shortcutListTexts.controlK}</span>
                  </dd>
                </div>
              ) : null}
              {list.map(({ keys, words }) => (
                <div key={keys}>
                  <dt>{words}</dt>
                  <dd>
                    <Kbd keys={keys} />
                    <span className="Hidden">{keys}</span>
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <label className="Check">
        <input
          type="checkbox"
          checked={isOn}
          onChange={(event) => {
            switchTo(event.target.checked);
            setOn(event.target.checked);
          }}
        />
        {shortcutListTexts.keysWithoutCtrl}
      </label>
    </Modal>
  );
}
