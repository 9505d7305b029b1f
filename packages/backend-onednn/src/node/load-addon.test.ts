import { linkProblem } from './load-addon';

describe('an add-on that does not load', () => {
  it.each([
    [
      'libOpenCL.so.1: cannot open shared object file: No such file or directory',
      /^the add-on needs the library libOpenCL\.so\.1,/,
      /apt install ocl-icd-libopencl1/,
    ],
    [
      'libgomp.so.1: cannot open shared object file: No such file or directory',
      /library libgomp\.so\.1,/,
      /apt install libgomp1/,
    ],
    [
      'libdnnl.so.2: cannot open shared object file: No such file or directory',
      /library libdnnl\.so\.2,/,
      /beside the add-on: npm install @googlenet\/backend-onednn-/,
    ],
    [
      "/lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.34' not found (required by onednn.node)",
      /needs GLIBC_2\.34/,
      /newer system/,
    ],
    [
      'invalid ELF header',
      /^invalid ELF header$/,
      /^Install it anew: npm install @googlenet\/backend-onednn-/,
    ],
  ])('says what is missing and what to install: %s', (message, reason, hint) => {
    const problem = linkProblem(message);
    expect(problem.reason).toMatch(reason);
    expect(problem.hint).toMatch(hint);
  });
});
