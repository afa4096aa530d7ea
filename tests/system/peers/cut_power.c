/* cut_power.c - a power cut for the file system in an image of the test's own.
 *
 *   cut_power FOLDER IMAGE
 *
 * FS_IOC_SHUTDOWN without flushing the journal: what is not on the disk is gone, as after
 * the loss of power; mounting again replays the journal.  The same call on the machine's
 * own file system would stop the machine, so it refuses unless FOLDER is the root of a
 * mount of a loop device that is backed by IMAGE.  Exit code 3: refused. */
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

enum { LOOP_MAJOR = 7, REFUSED = 3 };

#define SHUTDOWN _IOR('X', 125, uint32_t)

static int refuse(const char *why)
{
    fprintf(stderr, "cut_power: refused: %s\n", why);
    return REFUSED;
}

static int is_backed_by(dev_t device, const char *image)
{
    char path[PATH_MAX], backing[PATH_MAX + 2], wanted[PATH_MAX];
    if (!realpath(image, wanted)) return 0;
    snprintf(path, sizeof path, "/sys/dev/block/%u:%u/loop/backing_file", major(device),
             minor(device));
    FILE *file = fopen(path, "r");
    if (!file) return 0;
    int same = fgets(backing, sizeof backing, file) != NULL;
    fclose(file);
    if (!same) return 0;
    backing[strcspn(backing, "\n")] = '\0';
    return strcmp(backing, wanted) == 0;
}

int main(int argc, char **argv)
{
    if (argc != 3) return refuse("usage: cut_power FOLDER IMAGE");
    struct stat root, folder, above;
    char parent[PATH_MAX];
    snprintf(parent, sizeof parent, "%s/..", argv[1]);
    if (stat("/", &root) || stat(argv[1], &folder) || stat(parent, &above))
        return refuse("no such folder");
    if (folder.st_dev == root.st_dev) return refuse("it is on the root file system");
    if (folder.st_dev == above.st_dev) return refuse("it is not a mount");
    if (major(folder.st_dev) != LOOP_MAJOR) return refuse("it is not on a loop device");
    if (!is_backed_by(folder.st_dev, argv[2])) return refuse("the image is another one");

    int handle = open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    uint32_t without_journal = 2;
    if (handle < 0 || ioctl(handle, SHUTDOWN, &without_journal) < 0) {
        perror("cut_power");
        return 1;
    }
    close(handle);
    return 0;
}
