"""Everyday concrete nouns by kind, picked by hand from the main senses in WordNet."""

from __future__ import annotations

from training.catalogue import wordnet

_LISTS = {
    "animal": """
        dog horse cat mouse bird fox buffalo eagle wolf lion cricket camel rat deer
        monkey salmon spider rabbit sheep bee cow frog snake pig jaguar puppy ant
        elephant shark penguin goat owl falcon terrier cobra crab goose hen puma moose
        panther dove beetle dinosaur kitten zebra mare flea pigeon mosquito oyster
        rhino ape bloodhound dragonfly lizard squirrel viper pelican mule coyote bison
        hare caterpillar gorilla sparrow finch kangaroo greyhound crocodile flamingo
        clam hummingbird snail moth toad stallion spaniel rooster hamster cougar condor
        beagle locust gecko reindeer antelope collie poodle tortoise cheetah
        corgi barracuda iguana llama giraffe newt goldfish hornet koala
        nightingale mantis woodpecker pheasant kingfisher seagull stork bobcat
        dachshund mallard starfish leech anaconda porcupine mongoose pony hound vulture
        salamander grasshopper platypus stingray puffin walrus piglet minnow starling
        magpie wombat chimpanzee gazelle jackal armadillo ladybird gosling tadpole
        baboon cockroach chipmunk bumblebee cormorant hyena gerbil parakeet centipede
        hippopotamus wallaby earthworm orangutan porpoise caiman
    """,
    "plant": """
        tree rose flower oak grass wheat willow daisy lotus lily orchid ivy vine elm
        clover cactus jasmine tulip beech thistle sunflower aloe fern poppy lilac shrub
        hawthorn moss mahogany sequoia primrose hibiscus yucca mangrove pine dogwood
        fuchsia geranium dahlia dandelion azalea clematis marigold buttercup conifer
        hydrangea honeysuckle crocus pansy peony daffodil gardenia rhododendron camellia
        catnip edelweiss nightshade agave wisteria begonia oleander bramble poinsettia
        sapling lupin larkspur foxglove chamomile amaryllis delphinium maple
        acacia shamrock palmetto seedling magnolia carnation chrysanthemum eucalyptus
        cypress hemlock nettle hyacinth snowdrop petunia weed lobelia
        birch cedar fir spruce larch poplar redwood cottonwood sycamore holly heather
        juniper laurel lavender mistletoe bluebell snapdragon gladiolus zinnia aster
        cornflower forsythia jonquil mimosa periwinkle bamboo cattail papyrus kudzu
        ragweed crabgrass goldenrod milkweed bluegrass wildflower houseplant bush
    """,
    "food": """
        wine apple coffee breakfast tea dinner chocolate sugar milk lunch beer meat
        cheese pizza candy bread meal cookie juice sauce soup butter pie salad bean
        beverage seafood vegetable ham potato sandwich pork champagne tomato bacon
        flour steak dessert pear salsa strawberry coconut snack espresso sushi syrup
        dough sausage supper martini vinegar sherry brandy cabbage vodka pea yogurt
        cider biscuit loaf margarita pickle melon caviar tofu waffle oatmeal muffin
        tequila lemonade appetizer veal avocado pancake eggplant margarine bagel
        cappuccino gingerbread tortilla custard raisin mayonnaise ketchup walnut
        honey lemon mozzarella pita burrito marmalade baguette pesto rhubarb toffee
        chowder marshmallow venison chutney porridge mutton ravioli meatloaf lentil
        risotto sorbet cupcake pretzel ricotta radish pepperoni cornbread cheeseburger
        salami sundae guacamole goulash kebab meatball omelette popsicle scone hummus
        croissant sauerkraut shortbread flan falafel tiramisu milkshake meringue
    """,
    "person": """
        customer author friend student seller baby player king woman artist editor boy
        son mother guest father officer teacher wife employee minister professor
        doctor attorney merchant expert brother criminal lawyer hunter lady writer
        chairman daughter dealer sister coach prince investor celebrity explorer husband
        engineer kid pilot winner potter governor visitor physician blogger consultant
        instructor analyst actor citizen worker princess dad tourist mayor senator
        reporter champion acrobat shopper infant passenger knight bachelor wizard singer
        clerk photographer bishop farmer hacker commander soldier spouse
        chef participant rider architect composer bride scientist pope butler technician
        uncle warrior inspector actress entrepreneur cowboy roommate poet toddler trader
        scholar vegetarian ambassador musician researcher pastor journalist sheriff
        stranger surgeon prophet colleague librarian therapist gentleman prisoner
        athlete landlord carpenter sailor dentist aunt servant accountant cousin maid
        painter banker grandfather pharmacist widow inventor grandmother monk
        boxer rabbi thief pitcher historian referee housewife gardener fisherman miner
        chemist nephew magician pilgrim orphan plumber nurse waiter tailor butcher
    """,
    "body part": """
        hand eye palm hip arm muscle bone leg neck ear toe finger liver shoulder nose
        lung lip kidney belly fist thumb stomach wrist tooth waist skull ankle chin
        elbow jaw cheek limb shin thigh torso forehead abdomen scalp spleen brow knuckle
        eyelid throat knee spine eyebrow beard pancreas artery head tongue groin tendon
        forearm snout paw tail sternum vertebra fingertip nostril earlobe
        navel cornea femur tibia cartilage ligament tonsil gum intestine bladder retina
        heel heart brain skin mouth face vein rib foot molar gland nerve kneecap
        collarbone backbone windpipe breastbone eyelash mustache armpit chest
        fingernail toenail biceps triceps buttock aorta jugular trachea larynx gullet
        hamstring instep bosom wing fin beak feather mane claw tusk
    """,
    "clothing": """
        shirt hat jacket pants uniform coat jeans underwear bra trousers sweater
        sweatshirt scarf gown sportswear swimsuit tights blazer apron tuxedo blouse
        bonnet shawl pullover kilt parka poncho cloak boot shoe sandal slipper sneaker
        sock robe kimono turtleneck beret leotard raincoat mitten bathrobe petticoat
        turban waistcoat jumpsuit overcoat miniskirt nightgown stocking costume vest
        glove skirt dress cardigan tunic cap fedora pantyhose swimwear
        sari bikini necktie bodice sombrero moccasin
        jersey suit belt hood bib corset garter girdle clog loafer stiletto anorak
        windbreaker dungarees camisole toga kerchief bandanna shorts knickers smock
        tracksuit wetsuit culottes frock cassock helmet earmuff pinafore cape sash
        cummerbund tutu sweatpants slacks undershirt pantsuit nightshirt headscarf
        balaclava fez visor
    """,
    "vehicle": """
        car cart ship boat truck aircraft automobile jeep bicycle taxi yacht
        helicopter wagon tractor sedan ambulance limousine spacecraft trolley submarine
        buggy steamboat bomber minivan barge glider tanker forklift chariot dinghy
        sailboat battleship spaceship catamaran moped airplane streetcar lifeboat
        tricycle airliner stagecoach houseboat warship taxicab bulldozer hovercraft
        steamship freighter airship powerboat canoe kayak motorcycle scooter bus van
        tugboat rickshaw biplane sled raft ferry rowboat locomotive hearse skiff
    """,
    "building": """
        hotel house casino inn hospital restaurant pub castle garage cafe temple
        cottage motel chapel barn cathedral greenhouse abbey tavern bistro chalet shrine
        monastery mosque cafeteria bungalow clubhouse farmhouse guesthouse synagogue
        steakhouse gazebo convent dormitory palace schoolhouse pagoda skyscraper
        outhouse hut cabin warehouse stadium supermarket museum library school church
        mansion lighthouse bakery bookshop pizzeria prison tower shed igloo factory
    """,
    "furniture": """
        bed chair desk cabinet sofa couch crib wardrobe throne stool dresser armchair
        bookcase pew workbench recliner bench footstool highchair loveseat table cupboard
        bookshelf cradle sideboard ottoman hammock
    """,
    "container": """
        basket bottle basin tray toolbox envelope wallet aquarium handbag drawer
        mailbox bucket vase pouch kettle crate urn briefcase coffin jug bathtub suitcase
        matchbox flask teapot box cauldron satchel pail thermos chalice rucksack
        tankard knapsack jar cup bowl barrel purse backpack
    """,
    "tool": """
        razor hoe screwdriver pliers chainsaw sickle broom skillet eraser toothbrush
        saucepan oar wok pen crutch crowbar paintbrush grater matchstick shovel chisel
        corkscrew spanner cleaver pitchfork toothpick scalpel hacksaw pencil rake hammer
        wrench spade ladle spatula scissors tongs axe mallet
    """,
    "musical instrument": """
        guitar piano violin flute cello clarinet saxophone banjo fiddle trombone
        mandolin accordion harmonica oboe tuba piccolo bassoon bugle ukulele
        harpsichord tambourine lyre xylophone sitar viola trumpet harp drum
    """,
    "landscape": """
        beach hill valley mountain coast ridge shore canyon cave reef slope cliff
        glacier plateau dune hillside foothill lake river creek ocean pond
        brook cove lagoon waterfall estuary fjord island peninsula volcano swamp
        marsh desert meadow forest prairie jungle
    """,
}

NOUNS: dict[str, tuple[str, ...]] = {
    kind: tuple(words.split()) for kind, words in _LISTS.items()
}
"""The nouns of each kind, every noun in one kind only."""

ALIVE = ("animal", "plant", "person")
MAN_MADE = (
    "clothing",
    "vehicle",
    "building",
    "furniture",
    "container",
    "tool",
    "musical instrument",
)

# Broad terms to name, the narrower one first, each with its usual English word.
_BROADER = {
    "bird": "bird", "fish": "fish", "insect": "insect", "reptile": "reptile",
    "amphibian": "amphibian", "dog": "dog", "mammal": "mammal",
    "edible fruit": "fruit", "vegetable": "vegetable", "beverage": "drink",
    "meat": "meat", "cheese": "cheese", "bread": "bread", "meal": "meal",
    "dessert": "dessert", "tree": "tree", "flower": "flower", "shrub": "shrub",
    "relative": "relative", "clergyman": "religious leader", "artist": "artist",
    "scientist": "scientist", "writer": "writer", "musician": "musician",
    "footwear": "footwear", "boat": "boat", "aircraft": "aircraft",
    "motor vehicle": "motor vehicle", "musical instrument": "musical instrument",
    "furniture": "furniture", "body of water": "body of water",
    "place of worship": "place of worship", "garment": "garment",
    "building": "building", "container": "container", "tool": "tool",
}  # fmt: skip


def broader_terms(noun: str) -> tuple[str, ...]:
    """A usual broader word for a noun, then WordNet's own next terms up, if known."""
    found = wordnet.senses().get(noun)
    if not found:
        return ()
    above = wordnet.ancestors(found[0].key)
    usual = [word for key, word in _BROADER.items() if key in above]
    synset = wordnet.synsets()[found[0].key]
    direct = [
        word
        for pointer in synset.linked("@")
        for word in wordnet.synsets()[pointer.target].words
    ]
    return tuple(dict.fromkeys(usual[:1] + direct)) if usual else ()
