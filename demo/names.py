"""Names and places that people of the demo company could have. Any likeness to a living person is chance."""

GIVEN = """
Adela Agnes Aino Alba Albert Alessia Alina Amelie Anders Andrea Anja Anke Anna Annika Anouk Antoine Antonio
Arno Arthur Astrid Aurora Bart Beatriz Bente Birgit Bjorn Bram Brigitte Camille Carla Carlos Carmen Caspar
Cecilia Celine Charlotte Chiara Christine Claire Clara Clement Cornelia Daan Daniela David Dieter Dora
Dorothea Edith Eduard Elena Eline Elisa Elke Ella Els Emil Emilia Emma Enzo Erik Esther Eva Fabian Fabio
Femke Filip Fiona Flora Florian Francesca Frank Freya Frida Gabriel Geert Georg Gerda Giulia Greta Guido
Gustav Hanna Hannes Hans Heidi Helga Hendrik Henrik Hilde Hugo Ida Ilse Ines Inge Ingrid Irene Iris Isabel
Ivan Jaap Jakob Jana Janneke Jasper Jelle Joanna Johan Jonas Joris Josefine Judith Julia Julien Jurgen Kaat
Karel Karin Karoline Kasper Katja Klara Koen Kristof Lars Laura Lea Leen Lena Leonie Leopold Liesbeth Lina
Linda Lionel Lisa Lorenzo Louise Luc Lucia Ludo Luisa Lukas Maarten Madeleine Magda Maja Manon Marc Marco
Margot Maria Marieke Marta Martin Mathilde Matteo Maud Maxime Melanie Merel Mia Michel Miguel Mila Milan
Mira Monika Nadia Natalia Nele Nicolas Niels Nina Noemi Nora Odile Olga Olivia Oscar Otto Paola Pascal
Patricia Paul Paula Pauline Pedro Petra Philippe Pia Pieter Rafael Raphaele Renate Rikke Rita Robin Roos
Rosa Ruben Rudi Ruth Sabine Sander Sandra Sara Saskia Selma Sien Silke Silvia Simon Sofia Solene Sonja
Stefan Stijn Susanne Svenja Sylvie Tess Theo Thomas Tilda Tim Tina Tobias Tom Ulrike Ursula Valeria Veerle
Vera Veronique Victor Vincent Viola Walter Wannes Werner Wiebke Willem Wim Wouter Yann Yara Yves Zita Zoe
""".split()  # noqa: SIM905 - a page of names reads better than a list

FAMILY = """
Adriaens Aerts Almeida Andersen Arnaud Baert Bakker Barbier Baumann Becker Beernaert Bellini Bergman Bernard
Berger Bianchi Bisschop Blanc Boeykens Bogaert Bonnet Borg Bosch Bosman Brandt Brouwer Brunner Buysse Caron
Carvalho Castel Ceulemans Christensen Claes Claessens Colombo Conti Cools Coppens Costa Cuypers Dahl
Declercq Degroote Dekker Delacroix Delvaux Denis Desmet Devos Dewitte Dierickx Dubois Dumont Dupont Eriksen
Esposito Faber Fabre Fernandes Ferrari Fischer Fontaine Forsberg Fournier Frank Franssen Gallo Garnier
Geerts Gerard Ghys Girard Goossens Graf Greco Gruber Guerin Haas Hansen Hartmann Heinen Hendrickx Henry
Hermans Hoekstra Hofer Hoffmann Holm Horvat Huber Huybrechts Jacobs Jansen Janssens Jensen Johansson Jung
Kaiser Keller Kerkhof Klein Koch Kovacs Kramer Kraus Kuipers Lacroix Lambert Larsen Laurent Leclerc Lefebvre
Legrand Lemaire Lemmens Leroy Lievens Lindberg Lopes Luyten Maes Mahieu Mancini Marchal Marino Martens
Martin Masson Mayer Meert Mercier Mertens Meunier Meyer Michiels Moens Monti Moreno Moser Muller Navarro
Neri Nielsen Novak Nowak Olsen Opdebeeck Ortega Pauwels Peeters Pelletier Pereira Perrin Petit Pfeiffer
Pinto Poels Popov Pronk Raes Ramos Rasmussen Reuter Ricci Richter Rinaldi Robert Roggeman Romano Rossi Roux
Ruiz Sanders Santos Sauer Schepers Schmid Schneider Schoofs Segers Serrano Simons Smets Smit Soares Sommer
Steiner Stevens Storms Suarez Svensson Swinnen Thijs Thomassen Timmermans Torres Urban Vandamme Vandenberghe
Vanhoutte Verbeke Vercammen Verhaegen Verlinden Vermeulen Verstraete Vidal Visser Vogel Vos Wagner Wauters
Weber Wegener Wellens Werner Willems Winkler Wolf Wouters Wuyts Zanetti Ziegler Zimmermann
""".split()  # noqa: SIM905 - a page of names reads better than a list

PLACES = [
    (
        "BE",
        46,
        "Antwerpen Brugge Brussel Charleroi Gent Hasselt Kortrijk Leuven Liège Mechelen Mons Namur Oostende",
    ),
    ("NL", 20, "Amsterdam Arnhem Breda Eindhoven Groningen Haarlem Maastricht Nijmegen Rotterdam Utrecht"),
    ("FR", 14, "Amiens Dijon Lille Lyon Metz Nantes Reims Rouen Strasbourg"),
    ("DE", 14, "Aachen Bonn Bremen Dortmund Essen Köln Mainz Münster Trier"),
    ("LU", 3, "Differdange Esch-sur-Alzette Luxembourg"),
    ("IT", 3, "Bergamo Bologna Torino Verona"),
]

DIALLING = {"BE": "+32 4", "NL": "+31 6", "FR": "+33 6", "DE": "+49 15", "LU": "+352 6", "IT": "+39 3"}
