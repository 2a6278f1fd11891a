// Two people change one webhook: what the other one has changed, beside what was typed here.
import { useEffect, useRef, useState } from 'react';
import { Button } from '../../ui/button';
import { SelectField } from '../../ui/field';
import { Table } from '../../ui/table';
import { VisibleText } from '../../ui/visible-text';
import {
  changedSettings,
  type Direction,
  type FormValues,
  type SettingName,
  shownSetting,
  withSettings,
} from './form-values';
import { useEditorTexts } from './texts';

/** The webhook as it was read, as it is now, and as it was typed. */
export interface Versions {
  base: FormValues;
  theirs: FormValues;
  mine: FormValues;
}

type Side = 'MINE' | 'THEIRS';

interface Row {
  name: SettingName;
  side: Side;
  /** Both have changed it, each in another way. */
  isContested: boolean;
}

export function rowsOf(direction: Direction, { base, theirs, mine }: Versions): Row[] {
  const byThem = changedSettings(direction, theirs, base);
  const byMe = changedSettings(direction, mine, base);
  const differing = changedSettings(direction, theirs, mine);
  return differing.map((name) => ({
    name,
    side: byMe.includes(name) ? 'MINE' : 'THEIRS',
    isContested: byThem.includes(name) && byMe.includes(name),
  }));
}

interface Props {
  direction: Direction;
  versions: Versions;
  /** That the webhook has now. */
  version: number;
  goOn(merged: FormValues): void;
}

export function Conflict({ direction, versions, version, goOn }: Props) {
  const texts = useEditorTexts();
  const heading = useRef<HTMLHeadingElement>(null);
  const [sides, setSides] = useState<Partial<Record<SettingName, Side>>>({});
  useEffect(() => heading.current?.focus(), []);
  const rows = rowsOf(direction, versions);
  const sideOf = ({ name, side }: Row) => sides[name] ?? side;
  const shown = (name: SettingName, values: FormValues) => (
    <pre dir="ltr">
      <VisibleText text={shownSetting(direction, name, values)} />
    </pre>
  );
  const merge = () => {
    const theirs = rows.filter((row) => sideOf(row) === 'THEIRS').map(({ name }) => name);
    goOn(withSettings(direction, versions.mine, versions.theirs, theirs));
  };
  return (
    <section className="note stack" data-tone="bad" aria-labelledby="conflict-title">
      <h2 id="conflict-title" ref={heading} tabIndex={-1}>
        {texts.conflict}
      </h2>
      <p>{texts.conflictText(version)}</p>
      <Table
        label={texts.conflict}
        rows={rows}
        keyOf={({ name }) => name}
        columns={[
          { header: texts.settingHead, cell: ({ name }) => texts.settingNames[name] },
          { header: texts.theirs, cell: ({ name }) => shown(name, versions.theirs) },
          { header: texts.mine, cell: ({ name }) => shown(name, versions.mine) },
          {
            header: texts.takes,
            cell: (row) =>
              row.isContested ? (
                <SelectField<Side>
                  label={`${texts.takes}: ${texts.settingNames[row.name]}`}
                  value={sideOf(row)}
                  options={[
                    { value: 'MINE', label: texts.takeMine },
                    { value: 'THEIRS', label: texts.takeTheirs },
                  ]}
                  onChange={(side) => setSides({ ...sides, [row.name]: side })}
                />
              ) : row.side === 'MINE' ? (
                texts.takeMine
              ) : (
                texts.takeTheirs
              ),
          },
        ]}
      />
      <p>
        <Button kind="primary" asks={false} onPress={merge}>
          {texts.merge}
        </Button>
      </p>
    </section>
  );
}
