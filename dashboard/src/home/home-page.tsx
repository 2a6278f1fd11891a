import { type FormEvent, useState } from 'react';
import { useSearchParams } from '../search-params';
import { Page } from '../shell/page';
import { Button } from '../ui/button';
import { TextField } from '../ui/field';
import { AttentionList } from './attention-list';
import { SearchResults } from './search-results';
import { useHomeTexts } from './texts';

/** Did they get it, and what needs me? A text is searched when it is submitted: each one is recorded. */
export default function HomePage() {
  const texts = useHomeTexts();
  const [search, setSearch] = useSearchParams();
  const asked = search.get('q') ?? '';
  const [text, setText] = useState(asked);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const wanted = text.trim();
    setSearch(wanted === '' ? {} : { q: wanted });
  };
  return (
    <Page title={texts.title}>
      <form role="search" className="row find" onSubmit={submit}>
        <TextField label={texts.label} hint={texts.hint} type="search" value={text} onChange={setText} autoFocus />
        <Button type="submit" kind="primary">
          {texts.find}
        </Button>
      </form>
      {asked === '' ? <AttentionList /> : <SearchResults text={asked} />}
    </Page>
  );
}
