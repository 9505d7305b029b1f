import { Command, CommanderError, Option } from 'commander';
import { CONFIG_FLAGS } from './config/flags';
import { ENGINE_NAMES } from './config/schema';
import { ExitCode } from './errors';
import type { Io } from './io';
import { PRESETS } from './presets';

/** A command's options, as commander parses them. */
export type Options = Readonly<Record<string, unknown>>;

/** What runs behind each command. */
export interface Handlers {
  train(options: Options): Promise<ExitCode>;
  evaluate(options: Options): Promise<ExitCode>;
  predict(files: readonly string[], options: Options): Promise<ExitCode>;
  summary(options: Options): Promise<ExitCode>;
  data(name: string | undefined, options: Options): Promise<ExitCode>;
  doctor(options: Options): Promise<ExitCode>;
}

const EXIT_CODES = `
Exit codes:
  0    done
  1    something unexpected broke (--verbose shows where)
  2    a flag, setting, file or folder is wrong; the message says how to put it right
  3    the loss became infinite or not a number
  4    the test accuracy is below --target-accuracy
  130  interrupted; what was done is saved`;

/**
 * The command line: parses, and hands the options to `handlers`.
 *
 * @returns a function that runs it for the arguments after the command's name.
 */
export function commandLine(
  io: Io,
  handlers: Handlers,
  version: string,
): (args: readonly string[]) => Promise<ExitCode> {
  let code: ExitCode = ExitCode.ok;
  const program = new Command('googlenet')
    .description('Train GoogLeNet (Inception v1) on MNIST-format images, evaluate it, and use it.')
    .version(version)
    .exitOverride()
    .showSuggestionAfterError()
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
      getOutHelpWidth: () => Math.min(io.stdout.columns ?? 100, 120),
      getErrHelpWidth: () => Math.min(io.stderr.columns ?? 100, 120),
      outputError: (text, write) =>
        write(`googlenet: ${text.replace(/^error: /, '').trimEnd()} See \`googlenet --help\`.\n`),
    })
    .addHelpText('after', EXIT_CODES);

  const command = (name: string, description: string): Command =>
    program
      .command(name)
      .description(description)
      .option('--json', 'machine-readable output on standard output')
      .option('--verbose', 'show the stack of an error');

  addTrain(command('train', 'train a network and evaluate it on the test images')).action(
    async (options: Options) => {
      code = await handlers.train(options);
    },
  );
  addDataFlags(
    addModel(
      command(
        'evaluate',
        'report on a trained network: accuracy, confusion matrix, the worst mistakes as a picture',
      ),
    ),
  )
    .option('--batch-size <images>', 'images at a time', '100')
    .option('--limit <images>', 'only so many test images, of all classes')
    .option('--mistakes <n>', 'so many on the contact sheet, 0 for none', '64')
    .option('--out <folder>', 'where mistakes.png and evaluation.json go (default: beside the model)')
    .action(async (options: Options) => {
      code = await handlers.evaluate(options);
    });
  addModel(command('predict', 'classify PNG or JPEG pictures of single digits'))
    .argument('<files...>', 'pictures, dark on light or light on dark')
    .option('--top <n>', 'so many classes a picture', '3')
    .action(async (files: string[], options: Options) => {
      code = await handlers.predict(files, options);
    });
  command('summary', 'print the layers of a network: shapes, parameters, multiply-accumulates')
    .option('--variant <name>', 'mnist, paper, torchvision, slim, cifar', 'mnist')
    .option('--width <multiplier>', 'filters of every layer', '1')
    .option('--classes <n>', 'size of the last layer')
    .option('--auxiliary', 'with the two auxiliary classifiers')
    .option('--model <path>', 'a trained network instead')
    .action(async (options: Options) => {
      code = await handlers.summary(options);
    });
  addDataFlags(command('data', 'fetch and check a data set, show what it holds'))
    .argument('[name]', 'mnist, fashion-mnist, kmnist, emnist-...')
    .option('--show <n>', 'print so many images as text', '1')
    .action(async (name: string | undefined, options: Options) => {
      code = await handlers.data(name, options);
    });
  command('doctor', 'which engines work here, why the others do not, what would make it faster')
    .option('--threads <n>', 'threads that compute')
    .action(async (options: Options) => {
      code = await handlers.doctor(options);
    });

  return async (args) => {
    try {
      await program.parseAsync(args.length === 0 ? ['--help'] : [...args], { from: 'user' });
      return code;
    } catch (error) {
      if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.ok : ExitCode.usage;
      throw error;
    }
  };
}

function addTrain(command: Command): Command {
  const presets = Object.entries(PRESETS).map(([name, { title }]) => `  ${name.padEnd(14)}${title}`);
  command
    .option('--preset <name>', `${Object.keys(PRESETS).join(', ')} (default: quick)`)
    .option('--config <file>', 'JSON with settings, between the preset and the flags')
    .option('--out <folder>', 'the run folder (default: runs/TIME-PRESET)')
    .option('--resume <run>', 'go on with a run that was interrupted');
  for (const { flags, help, group } of CONFIG_FLAGS)
    command.addOption(new Option(flags, help).helpGroup(group));
  return command
    .addOption(new Option('--no-augment', 'leave the images as they are').helpGroup('Training:'))
    .addOption(
      new Option('--set <name=value>', 'any other setting, such as training.optimizer.beta1=0.95')
        .argParser(collect)
        .helpGroup('Training:'),
    )
    .addHelpText(
      'after',
      `\nPresets:\n${presets.join('\n')}\n\nSettings: defaults < preset < --config < flags.`,
    );
}

function addModel(command: Command): Command {
  return command
    .option('--model <path>', 'a run folder, a model folder or a model.json (default: the newest run)')
    .option('--backend <name>', `auto, ${ENGINE_NAMES.join(', ')}`, 'auto')
    .option('--threads <n>', 'threads that compute');
}

function addDataFlags(command: Command): Command {
  return command
    .option('--dataset <name>', 'the data set (default: the one that the model was trained on, or mnist)')
    .option('--source <where>', 'package, folder, download')
    .option('--data-folder <path>', 'the four IDX files');
}

function collect(value: string, before: unknown): string[] {
  return [...(Array.isArray(before) ? (before as string[]) : []), value];
}
