import { Component, type ReactNode } from 'react';
import { Button } from '../ui/button';
import { useShellTexts } from './texts';

interface Props {
  /** Another page is tried again. */
  page: string;
  children: ReactNode;
}

/** Keeps a page that fails from taking the others with it. */
export class PageFailure extends Component<Props, { error: Error | null; page: string }> {
  override state = { error: null, page: this.props.page };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  static getDerivedStateFromProps(props: Props, state: { error: Error | null; page: string }) {
    return props.page === state.page ? null : { error: null, page: props.page };
  }

  override render() {
    return this.state.error ? <Failure error={this.state.error} /> : this.props.children;
  }
}

/** After an upgrade, the files of the version before are gone: an open tab cannot load its further parts. */
function isGoneChunk(error: Error): boolean {
  return /dynamically imported module|module script failed|Failed to fetch/i.test(error.message);
}

function Failure({ error }: { error: Error }) {
  const texts = useShellTexts();
  const isGone = isGoneChunk(error);
  return (
    <main className="page stack" role="alert">
      <h1>{isGone ? texts.newVersion : texts.crashed}</h1>
      <p>{isGone ? texts.newVersionText : texts.crashedText}</p>
      {isGone ? null : <pre className="faint">{error.message}</pre>}
      <p>
        <Button kind="primary" asks={false} onPress={() => window.location.reload()}>
          {texts.reload}
        </Button>
      </p>
    </main>
  );
}
