// What dependency-cruiser finds in src/ of the working directory, by the rules of the given file, as JSON. Its own command
// says the same, but on the Nodes of its `engines` alone, and the tests run on more.
import { cruise } from 'dependency-cruiser';
import extractDepcruiseOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';

const { output } = await cruise(['src'], await extractDepcruiseOptions(process.argv[2]));
process.stdout.write(JSON.stringify(output));
