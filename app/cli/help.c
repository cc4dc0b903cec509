/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"
#include "cli/terminal.h"

#include <stdio.h>
#include <string.h>

/* Words of `text` from column `indent` on, at most `width` columns wide. The cursor stands at
 * `column`. */
static void wrap(const char *text, int column, int indent, int width)
{
    while (*text) {
        int n = (int)strcspn(text, " ");
        if (column > indent && column + 1 + n > width) {
            printf("\n%*s", indent, "");
            column = indent;
        } else if (column > indent) {
            putchar(' ');
            column++;
        }
        printf("%.*s", n, text);
        column += n;
        text += n;
        text += strspn(text, " ");
    }
    putchar('\n');
}

void help_all(void)
{
    struct terminal t;
    int n;
    const struct command *all = commands(&n);
    terminal_init(&t, stdout);
    printf("%sinhouse%s %s: speech to text and back, and pictures, on your own machine\n\n",
        style(&t, STYLE_BOLD), style_end(&t), INHOUSE_VERSION);
    printf("Usage: inhouse COMMAND [OPTIONS] [ARGUMENTS]\n\n");
    for (int i = 0; i < n; i++)
        printf(
            "  %s%-12s%s%s\n", style(&t, STYLE_CYAN), all[i].name, style_end(&t), all[i].summary);
    printf("\n'inhouse help COMMAND' explains one of them. To begin:\n\n"
           "  inhouse transcribe recording.wav\n"
           "  inhouse speak \"Hello, world.\" --output hello.mp3\n"
           "  inhouse draw \"a red house on a green hill\" --output house.png\n"
           "  inhouse doctor\n");
}

static void flag_line(const struct terminal *t, const struct flag *f)
{
    enum { INDENT = 32 };
    char left[80], help[512];
    int n = f->letter ? snprintf(left, sizeof left, "  -%c, ", f->letter)
                      : snprintf(left, sizeof left, "      ");
    n += snprintf(left + n, sizeof left - (size_t)n, "--%s%s%s",
        f->negatable && f->fallback[0] ? "no-" : "", f->name,
        !f->value     ? ""
        : f->optional ? "[="
                      : " ");
    if (f->value)
        n += snprintf(left + n, sizeof left - (size_t)n, "%s%s", f->value, f->optional ? "]" : "");
    bool off = f->negatable && f->fallback[0];
    int m = snprintf(help, sizeof help, "%s%s", off ? "do not " : "", f->help);
    for (int i = 0; f->choices && f->choices[i] && m < (int)sizeof help; i++)
        m += snprintf(help + m, sizeof help - (size_t)m, "%s%s", i ? ", " : ": ", f->choices[i]);
    if (f->fallback[0] && !off && m < (int)sizeof help)
        snprintf(help + m, sizeof help - (size_t)m, " (default %s)", f->fallback);
    printf("%s%s%s", style(t, STYLE_CYAN), left, style_end(t));
    if (n + 2 > INDENT)
        printf("\n%*s", INDENT, "");
    else
        printf("%*s", INDENT - n, "");
    wrap(help, INDENT, INDENT, t->width < 60 ? 60 : t->width);
}

void help_command(const struct command *command)
{
    struct terminal t;
    struct flag flag[FLAGS_MAX];
    int n = command_flags(command, flag);
    terminal_init(&t, stdout);
    printf("%sinhouse %s%s: %s\n\n", style(&t, STYLE_BOLD), command->name, style_end(&t),
        command->summary);
    printf("Usage: inhouse %s%s %s\n", command->name, n > 1 ? " [OPTIONS]" : "", command->usage);
    if (*command->details)
        printf("\n%s", command->details);
    if (n > 1) {
        printf("\nOptions:\n");
        for (int i = 0; i < n; i++)
            flag_line(&t, &flag[i]);
    }
    if (command->request)
        printf("\nAn option that is a switch can be turned off with --no-NAME.\n");
}
